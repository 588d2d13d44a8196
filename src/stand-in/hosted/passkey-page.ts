import { createHash } from 'node:crypto'
import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import { html } from 'ghtml'
import { type FormContext, layout } from './layout.ts'

/** Asks the browser for the passkey and sends its answer like any form. */
const script = `
const form = document.querySelector('#passkey')
form.addEventListener('submit', async (event) => {
  if (form.elements.credential.value !== '') return
  event.preventDefault()
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options))
  try {
    const credential = await navigator.credentials.get({ publicKey })
    form.elements.credential.value = JSON.stringify(credential.toJSON())
    form.submit()
  } catch {
    document.querySelector('#refused').hidden = false
  }
})
`

/** The Content Security Policy's name of that script, the only one of the hosted pages. */
export const passkeyScriptSource = `'sha256-${createHash('sha256').update(script).digest('base64')}'`

/** The page that asks for a passkey. */
export function passkeyPage(
  context: FormContext,
  challenge: { readonly challengeId: string; readonly options: PublicKeyCredentialRequestOptionsJSON },
): string {
  const hidden = context.refusal === undefined ? 'hidden' : ''
  return layout(
    'Confirm that it’s you',
    html`<p>Use the passkey that you have on this device or on your phone.</p>
      <form id="passkey" method="post" data-options="${JSON.stringify(challenge.options)}">
        <p class="error" id="refused" role="alert" !${hidden}>That did not work. Try it again.</p>
        <input type="hidden" name="challengeId" value="${challenge.challengeId}" />
        <input type="hidden" name="credential" value="" />
        <button class="button">Use your passkey</button>
        <a class="quiet" href="!${context.cancelUrl}">Cancel</a>
      </form>
      <script>!${script}</script>`,
    context,
  )
}

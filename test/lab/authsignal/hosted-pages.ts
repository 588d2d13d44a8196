import { html } from 'ghtml'
import QRCode from 'qrcode'
import { pageStyle } from './hosted-style.ts'
import { type CodeRefusal, enrolmentUri } from './totp.ts'
import type { User } from './types.ts'

/** What both forms need: whose code it is, the way out, and what was wrong with the last code. */
export type FormContext = {
  readonly user: User
  /** Inserted as it is, so that a plain pattern finds it: a path of our own and a JWT need no escaping. */
  readonly cancelUrl: string
  readonly refusal?: CodeRefusal | undefined
}

/** The page on which the first authenticator app is set up, by QR code or by typing the secret. */
export async function enrolPage(context: FormContext, secret: string): Promise<string> {
  const uri = enrolmentUri(context.user, secret)
  const qr = await QRCode.toString(uri, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
  return layout(
    'Set up an authenticator app',
    html`<p>From now on, signing in asks for a code that only your phone knows.</p>
      <ol>
        <li>
          <p>Scan this with an authenticator app.</p>
          <div class="qr" role="img" aria-label="QR code with the setup key below">!${qr}</div>
          <details>
            <summary>Can’t scan it?</summary>
            <p>Type this setup key into the app, or <a href="${uri}">open it on this device</a>.</p>
            <p><code id="secret">${secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code></p>
          </details>
        </li>
        <li>
          <p><label for="code">Type the six digits that the app shows.</label></p>
          !${codeForm(context, 'Turn on')}
        </li>
      </ol>`,
    context,
  )
}

/** The page that asks an enrolled user for a code. */
export function challengePage(context: FormContext): string {
  return layout(
    'Confirm that it’s you',
    html`<p><label for="code">Type the six digits that your authenticator app shows.</label></p>
      !${codeForm(context, 'Confirm')}`,
    context,
  )
}

/** A page without a form; the link back is shown where there is a way back. */
export function messagePage(title: string, text: string, backUrl?: string): string {
  const back = backUrl === undefined ? '' : html`<p><a class="button" href="!${backUrl}">Go back</a></p>`
  return layout(title, html`<p>${text}</p>!${back}`)
}

function explain(refusal: CodeRefusal): string {
  switch (refusal) {
    case 'malformed':
      return 'A code has six digits.'
    case 'wrong':
      return 'That code is not right. Type the one that the app shows now.'
    case 'used':
      return 'That code was used before. Wait for the app to show the next one.'
  }
}

function codeForm({ cancelUrl, refusal }: FormContext, button: 'Turn on' | 'Confirm'): string {
  const error =
    refusal === undefined ? '' : html`<p class="error" id="error" role="alert">${explain(refusal)}</p>`
  // On the enrolment page a focus would scroll the QR code out of a phone's view.
  const focus = button === 'Confirm' || refusal !== undefined ? 'autofocus' : ''
  const described = refusal === undefined ? '' : 'aria-invalid="true" aria-describedby="error"'
  return html`<form method="post">
    !${error}
    <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="9"
      placeholder="000000" required !${focus} !${described} />
    <button class="button">${button}</button>
    <a class="quiet" href="!${cancelUrl}">Cancel</a>
  </form>`
}

function layout(title: string, body: string, context?: FormContext): string {
  const attributes = context?.user.attributes
  const name = attributes?.username ?? attributes?.email ?? context?.user.userId
  const who = name === undefined ? '' : html`<p class="who">${name}</p>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>!${pageStyle}</style>
</head>
<body>
<main>
!${who}
<h1>${title}</h1>
!${body}
</main>
<footer>A local stand-in for Authsignal’s hosted pages</footer>
</body>
</html>
`
}

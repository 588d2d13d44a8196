import { html } from 'ghtml'
import { encodeQR } from 'qr'
import { enrolmentUri } from '../model/totp.ts'
import { codeForm, type FormContext, layout, type Refusals } from './layout.ts'

const wrong = 'That code is not right. Type the one that the app shows now.'

const refusals: Refusals = {
  malformed: 'A code has six digits.',
  wrong,
  expired: wrong,
  used: 'That code was used before. Wait for the app to show the next one.',
}

/** The page on which the first authenticator app is set up, by QR code or by typing the secret. */
export async function enrolPage(context: FormContext, secret: string): Promise<string> {
  const uri = enrolmentUri(context.user, secret)
  const qr = encodeQR(uri, 'svg', { border: 2 })
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
          !${codeForm(context, 'Turn on', refusals)}
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
      !${codeForm(context, 'Confirm', refusals)}`,
    context,
  )
}

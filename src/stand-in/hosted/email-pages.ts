import { html } from 'ghtml'
import { codeForm, type FormContext, layout, type Refusals } from './layout.ts'

const wrong = 'That code is not right. Type the one from the newest mail.'

const refusals: Refusals = {
  malformed: 'A code has six digits.',
  wrong,
  used: wrong,
  expired: 'That code is too old. Send another one.',
}

/** What an email page knows: `given` is the address that came with track, which nobody may change. */
export type EmailContext = FormContext & {
  readonly given?: string | undefined
  /** What was typed and is no address. */
  readonly badAddress?: string | undefined
}

const enrolTitle = 'Get codes by email'

/** The page that asks where codes shall go, or shows the address that is given. */
export function emailAddressPage(context: EmailContext): string {
  const { given, badAddress, cancelUrl } = context
  const error =
    badAddress === undefined
      ? ''
      : '<p class="error" id="error" role="alert">That is not an email address.</p>'
  const fixed = given === undefined ? 'autofocus' : 'readonly'
  const described = badAddress === undefined ? '' : 'aria-invalid="true" aria-describedby="error"'
  return layout(
    enrolTitle,
    html`<p>From now on, signing in asks for a code that we send to you.</p>
      <form method="post">
        !${error}
        <p><label for="email">Your email address</label></p>
        <input class="plain" id="email" name="email" type="email" autocomplete="email" required
          value="${given ?? badAddress ?? ''}" !${fixed} !${described} />
        <button class="button">Send code</button>
        <a class="quiet" href="!${cancelUrl}">Cancel</a>
      </form>`,
    context,
  )
}

/** The page that asks for the code which was sent to `address`. */
export function emailCodePage(context: EmailContext, kind: 'enrol' | 'challenge', address: string): string {
  const canChange = kind === 'enrol' && context.given === undefined
  const change = canChange ? '<button class="link" name="change" value="1">Use another address</button>' : ''
  return layout(
    kind === 'enrol' ? enrolTitle : 'Confirm that it’s you',
    html`<p><label for="code">Type the six digits that we sent to <b id="address">${address}</b>.</label></p>
      !${codeForm(context, kind === 'enrol' ? 'Turn on' : 'Confirm', refusals)}
      <form method="post">
        <button class="link" name="resend" value="1">Send another code</button>
        !${change}
      </form>`,
    context,
  )
}

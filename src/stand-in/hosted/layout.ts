import { html } from 'ghtml'
import { nameUser } from '../model/model.ts'
import type { CodeRefusal } from '../model/totp.ts'
import type { User } from '../model/types.ts'
import type { PageMethod } from './next-step.ts'
import { pageStyle } from './style.ts'

/** What every form needs: whose code it is, the ways out, and what was wrong with the last code. */
export type FormContext = {
  readonly user: User
  /** Inserted as it is, so that a plain pattern finds it: a path of our own and a JWT need no escaping. */
  readonly cancelUrl: string
  readonly refusal?: CodeRefusal | undefined
  /** The methods that would do as well, and where they are. */
  readonly others: readonly { readonly method: PageMethod; readonly url: string }[]
}

/** A page without a form; the link back is shown where it leads somewhere. */
export function messagePage(title: string, text: string, backUrl?: string): string {
  const back = backUrl === undefined ? '' : html`<p><a class="button" href="!${backUrl}">Go back</a></p>`
  return layout(title, html`<p>${text}</p>!${back}`)
}

/** What is said of a code that was not accepted. */
export type Refusals = Readonly<Record<CodeRefusal, string>>

/** The form with the one field `code`, and what was wrong with the last one. */
export function codeForm(context: FormContext, button: 'Turn on' | 'Confirm', refusals: Refusals): string {
  const refused = context.refusal && refusals[context.refusal]
  const error = refused === undefined ? '' : html`<p class="error" id="error" role="alert">${refused}</p>`
  // On the enrolment page a focus would scroll the QR code out of a phone's view.
  const focus = button === 'Confirm' || refused !== undefined ? 'autofocus' : ''
  const described = refused === undefined ? '' : 'aria-invalid="true" aria-describedby="error"'
  return html`<form method="post">
    !${error}
    <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="9"
      placeholder="000000" required !${focus} !${described} />
    <button class="button">${button}</button>
    <a class="quiet" href="!${context.cancelUrl}">Cancel</a>
  </form>`
}

/** The frame of every page. */
export function layout(title: string, body: string, context?: FormContext): string {
  const who = context === undefined ? '' : html`<p class="who">${nameUser(context.user)}</p>`
  const others = context?.others.map(
    ({ method, url }) => html`<a class="quiet" href="!${url}">${otherLabels[method]}</a>`,
  )
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
<header class="loud"><strong>A rehearsal.</strong> This page stands in for Authsignal and protects nothing.</header>
<main>
!${who}
<h1>${title}</h1>
!${body}
!${others ?? ''}
</main>
<footer>step-up-gateway rehearse: <a href="/">decisions</a> · <a href="/mails">mails</a> · <a href="/codes">codes</a></footer>
</body>
</html>
`
}

const otherLabels: Readonly<Record<PageMethod, string>> = {
  AUTHENTICATOR_APP: 'Use an authenticator app instead',
  EMAIL_OTP: 'Use a code by email instead',
  PASSKEY: 'Use a passkey instead',
}

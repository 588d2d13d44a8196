import { html } from 'ghtml'
import { renderLabPage } from './page.ts'

/** A page in the OP's look; `body` is HTML whose values are escaped already. */
export function renderOpPage(title: string, body: string): string {
  return renderLabPage({ title, brand: 'Lab Identity', accent: '#34449b', body })
}

/** The login form. `problem` tells what was wrong with the last attempt. */
export function renderLoginPage(login: {
  readonly action: string
  readonly clientName: string
  readonly username: string
  readonly problem?: string
}): string {
  return renderOpPage(
    'Sign in',
    html`<h1>Sign in</h1>
<p>to continue to <strong>${login.clientName}</strong></p>
!${login.problem === undefined ? '' : html`<p class="problem" role="alert">${login.problem}</p>`}
<form method="post" action="${login.action}/login">
<label for="username">Username</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" spellcheck="false" value="${login.username}" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<label class="choice"><input type="checkbox" name="amr" value="mfa"><span>Pretend that I used a second factor here too<br><small class="soft">amr becomes <code>pwd otp mfa</code></small></span></label>
<div class="actions"><button type="submit">Sign in</button></div>
</form>
!${renderCancel(login.action)}
<p class="soft hint">Try <code>alice</code> / <code>alice</code>, or bob, carol, dave, erin: the password is the name. dave always has a second factor here.</p>`,
  )
}

const SCOPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['openid', 'who you are'],
  ['profile', 'your name'],
  ['email', 'your email address'],
  ['offline_access', 'access while you are away'],
])

/** Asks a person whether a client may have what it asked for. */
export function renderConsentPage(consent: {
  readonly action: string
  readonly clientName: string
  readonly username: string
  readonly scopes: readonly string[]
}): string {
  return renderOpPage(
    'Permission',
    html`<h1>Give ${consent.clientName} access?</h1>
<p>You are signed in as <strong>${consent.username}</strong>. The application would get:</p>
<ul>!${consent.scopes.map((scope) => html`<li>${SCOPE_WORDS.get(scope) ?? 'more'} <code>${scope}</code></li>`)}</ul>
<form method="post" action="${consent.action}/consent">
<div class="actions"><button type="submit">Allow</button></div>
</form>
!${renderCancel(consent.action)}`,
  )
}

function renderCancel(action: string): string {
  return html`<form method="post" action="${action}/abort">
<div class="actions"><button type="submit" class="quiet">Cancel</button></div>
</form>`
}

/** What the OP says when a request can't go back to the client that sent it. */
export function renderOpErrorPage(error: string, description: string): string {
  return renderOpPage(
    'Something went wrong',
    html`<h1>Something went wrong</h1>
<p class="problem" role="alert">${description}</p>
<p class="soft">The provider's word for it: <code>${error}</code></p>`,
  )
}

/** Asks before the session at the OP ends. `form` is oidc-provider's own, with the id `op.logoutForm`. */
export function renderLogoutPage(form: string): string {
  return renderOpPage(
    'Sign out',
    html`<h1>Sign out here as well?</h1>
<p>You left the application. Your session at the identity provider is still open.</p>
!${form}
<div class="actions">
<button type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button type="submit" form="op.logoutForm" class="quiet">Stay signed in</button>
</div>`,
  )
}

/** Where a person lands after signing out when the client named no page of its own. */
export function renderSignedOutPage(): string {
  return renderOpPage('Signed out', html`<h1>You are signed out</h1><p>You can close this page.</p>`)
}

/** Asks for the code that a device shows (RFC 8628 3.3). `form` is oidc-provider's `op.deviceInputForm`. */
export function renderUserCodePage(form: string, problem: string | undefined): string {
  return renderOpPage(
    'Connect a device',
    html`<h1>Connect a device</h1>
<p>Enter the code that your device shows.</p>
!${problem === undefined ? '' : html`<p class="problem" role="alert">${problem}</p>`}
!${form}
<div class="actions"><button type="submit" form="op.deviceInputForm">Continue</button></div>`,
  )
}

/** Asks whether the device with this code is the person's own. `form` is oidc-provider's `op.deviceConfirmForm`. */
export function renderUserCodeConfirmPage(form: string, clientName: string, userCode: string): string {
  return renderOpPage(
    'Connect a device',
    html`<h1>Connect ${clientName}?</h1>
<p>Go on only if your device shows <code>${userCode}</code>.</p>
!${form}
<div class="actions">
<button type="submit" form="op.deviceConfirmForm">Continue</button>
<button type="submit" form="op.deviceConfirmForm" class="quiet" name="abort" value="yes">Cancel</button>
</div>`,
  )
}

/** The end of the device flow in the browser. */
export function renderDeviceDonePage(clientName: string): string {
  return renderOpPage(
    'Connected',
    html`<h1>${clientName} is connected</h1><p>You can go back to your device.</p>`,
  )
}

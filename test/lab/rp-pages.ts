import { html } from 'ghtml'
import { renderLabPage } from './page.ts'

/** What an application's pages have in common. */
export interface RpLook {
  readonly title: string
  readonly accent: string
}

function renderRpPage(look: RpLook, title: string, body: string): string {
  return renderLabPage({ title, brand: look.title, accent: look.accent, body })
}

/** The page of a visitor who has not signed in. */
export function renderWelcomePage(look: RpLook): string {
  return renderRpPage(
    look,
    'Welcome',
    html`<h1>Welcome to ${look.title}</h1>
<p>Nobody is signed in here.</p>
<div class="actions"><a class="button" href="/login">Sign in</a></div>`,
  )
}

const MAIN_CLAIMS = new Set(['sub', 'preferred_username', 'email', 'amr', 'acr', 'auth_time'])
const TIME_CLAIMS = new Set(['auth_time', 'iat', 'exp', 'nbf'])

/** The page of a person who is signed in: what the ID token says. */
export function renderClaimsPage(
  look: RpLook,
  claims: Readonly<Record<string, unknown>>,
  mayRefresh: boolean,
): string {
  const entries = Object.entries(claims)
  const isMain = ([claim]: [string, unknown]) => MAIN_CLAIMS.has(claim)
  return renderRpPage(
    look,
    'Signed in',
    html`<h1>Hello ${claims['name'] ?? claims['preferred_username'] ?? claims['sub']}</h1>
<p class="soft">The identity provider's ID token says:</p>
!${renderClaims(entries.filter(isMain))}
<details><summary>All its other claims</summary>!${renderClaims(entries.filter((entry) => !isMain(entry)))}</details>
<div class="actions">
<a class="button" href="/login">Sign in again</a>
!${mayRefresh ? html`<form method="post" action="/refresh"><button type="submit" class="quiet">Refresh tokens</button></form>` : ''}
<a class="button quiet" href="/logout">Sign out here</a>
<a class="button quiet" href="/logout?everywhere=1">Sign out everywhere</a>
</div>`,
  )
}

function renderClaims(entries: readonly [string, unknown][]): string {
  const rows = entries.map(
    ([claim, value]) => html`<tr><th scope="row">${claim}</th><td>!${renderClaim(claim, value)}</td></tr>`,
  )
  return html`<table><tbody>!${rows}</tbody></table>`
}

function renderClaim(claim: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => html`<code>${item}</code>`).join(' ')
  if (TIME_CLAIMS.has(claim) && typeof value === 'number') {
    const time = new Date(value * 1000).toISOString()
    return html`${time.slice(0, 10)} ${time.slice(11, 19)} UTC`
  }
  return html`${typeof value === 'object' ? JSON.stringify(value) : String(value)}`
}

/** What the application shows when the answer to its authorization request is no sign-in. */
export function renderRpErrorPage(look: RpLook, error: string, description: string): string {
  return renderRpPage(
    look,
    'Not signed in',
    html`<h1>You are not signed in</h1>
<p class="problem" role="alert">${description}</p>
<table><tbody><tr><th scope="row">error</th><td>${error}</td></tr></tbody></table>
<div class="actions"><a class="button" href="/login">Try again</a><a class="button quiet" href="/">Start page</a></div>`,
  )
}

/** An authorization request as a form, for POST (OIDC Core 3.1.2.1); a browser sends it at the press of a button. */
export function renderPostLoginPage(look: RpLook, request: URL): string {
  const action = request.origin + request.pathname
  const inputs = [...request.searchParams].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return renderRpPage(
    look,
    'Sign in',
    html`<h1>Sign in by POST</h1>
<p>The request to the identity provider travels in a form.</p>
<form method="post" action="${action}">!${inputs}
<div class="actions"><button type="submit">Continue</button></div></form>`,
  )
}

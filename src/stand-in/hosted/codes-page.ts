import { html } from 'ghtml'
import { nameUser } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import { currentCode, findAuthenticatorApp } from '../model/totp.ts'
import { layout } from './layout.ts'

/** What everyone's authenticator app shows now, for operators without a phone at hand. */
export function codesPage({ tenant }: StandIn): string {
  const apps = [...tenant.users.values()].flatMap((user) => {
    const app = findAuthenticatorApp(user) ?? user.pendingApp
    return app === undefined ? [] : [{ name: nameUser(user), code: currentCode(tenant, app) }]
  })
  const list = apps.map(
    ({ name, code }) => html`<li class="mail">
      <p class="who">${name}</p>
      <p>!${code === undefined ? 'Used. The next code comes within 30 seconds.' : html`<code class="code">${code}</code>`}</p>
    </li>`,
  )
  const body = apps.length === 0 ? html`<p>Nobody has an authenticator app yet.</p>` : html`<ul>!${list}</ul>`
  return layout(
    'Codes of authenticator apps',
    html`!${body}<p><a class="button" href="/codes">Look again</a></p>`,
  )
}

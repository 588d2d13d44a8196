import { html } from 'ghtml'
import type { Mail } from '../model/types.ts'
import { layout } from './layout.ts'

/** All mails on one page, the newest first; anybody may read it. */
export function mailsPage(mails: readonly Mail[]): string {
  const list = mails.toReversed().map(
    ({ to, code, sentAt }) => html`<li class="mail">
      <p class="who">${to}</p>
      <p>Your code is <code class="code">${code}</code></p>
      <p><time datetime="${new Date(sentAt).toISOString()}">${timeOf(sentAt)}</time></p>
    </li>`,
  )
  const body = list.length === 0 ? html`<p>No mail was sent yet.</p>` : html`<ul>!${list}</ul>`
  return layout('Mails', html`!${body}<p><a class="button" href="/mails">Look again</a></p>`)
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`
}

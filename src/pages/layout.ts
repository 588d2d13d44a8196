import { html } from 'ghtml'
import { stylesheet } from './stylesheet.ts'
import { submitScript } from './submit-script.ts'

/** A page, ready to be sent. */
export interface Page {
  readonly statusCode: number
  readonly html: string
  /** Besides those that every page has. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface Link {
  /** An http(s) URL, or a path of this origin; a link to anything else is left out. */
  readonly href: string
  readonly label: string
}

/** A form that the page sends by itself, at once, or by its button. */
export interface PageForm {
  /** Not judged here. */
  readonly action: string
  readonly method: 'get' | 'post'
  readonly fields: Iterable<[name: string, value: string]>
  readonly label: string
}

export interface PageContent {
  readonly title: string
  readonly paragraphs: readonly string[]
  /** The first one is the one that most people want. */
  readonly links?: readonly Link[]
  /** What support searches the log for. */
  readonly supportId?: string
  /** Where the browser goes by itself, at once; the same rules as for a link. */
  readonly refreshTo?: string
  readonly form?: PageForm
}

/** Spaces and controls are out, since browsers drop some of them before they read the rest. */
const SAFE_HREF = /^(?:https?:\/\/|\/(?![/\\]))[\x21-\x7e]*$/i

/** The one frame of all pages. Every value is escaped. */
export function renderPage(content: PageContent): string {
  const { title, paragraphs, links = [], supportId, refreshTo, form } = content
  const safeLinks = links.filter(({ href }) => SAFE_HREF.test(href))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
!${refreshTo !== undefined && SAFE_HREF.test(refreshTo) ? renderRefresh(refreshTo) : ''}
<title>${title}</title>
<style>!${stylesheet}</style>
</head>
<body>
<main>
<h1>${title}</h1>
!${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
!${safeLinks.length > 0 ? renderLinks(safeLinks) : ''}
!${form === undefined ? '' : renderForm(form)}
!${supportId === undefined ? '' : renderSupportId(supportId)}
</main>
</body>
</html>
`
}

function renderRefresh(url: string): string {
  return html`<meta http-equiv="refresh" content="0;url=${url}">`
}

function renderLinks(links: readonly Link[]): string {
  const items = links.map(({ href, label }) => html`<li><a href="${href}" rel="noreferrer">${label}</a></li>`)
  return html`<ul>!${items}</ul>`
}

/** The script is last: what it sends is there by then. */
function renderForm({ action, method, fields, label }: PageForm): string {
  const inputs = Array.from(
    fields,
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form action="${action}" method="${method}">!${inputs}<button>${label}</button></form>
<script>!${submitScript}</script>`
}

function renderSupportId(supportId: string): string {
  return html`<footer>Support id: <code>${supportId}</code></footer>`
}

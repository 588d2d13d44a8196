import { html } from 'ghtml'

/** What a page of the lab's little applications consists of; `body` is HTML whose values are escaped already. */
export interface LabPage {
  readonly title: string
  /** The name on the bar on top, and its colour: they tell a person whose page this is. */
  readonly brand: string
  readonly accent: string
  readonly body: string
}

/** A whole HTML document in the lab's look: one card, readable on a phone, light or dark as the reader likes. */
export function renderLabPage(page: LabPage): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${page.title} · ${page.brand}</title>
<style>:root { --accent: ${page.accent} } !${STYLE}</style>
</head>
<body>
<header><span class="mark" aria-hidden="true"></span>${page.brand}</header>
<main>
!${page.body}
</main>
</body>
</html>
`
}

const STYLE = `
* { box-sizing: border-box }
:root { color-scheme: light dark; --bg: #f3f4f7; --card: #fff; --ink: #1c2230; --soft: #5d6678; --line: #dde1e9; --warn: #b3261e; --warn-bg: #fdeceb }
@media (prefers-color-scheme: dark) { :root { --bg: #12151c; --card: #1c212c; --ink: #e9ecf3; --soft: #a3adc0; --line: #333b4b; --warn: #ffb4ab; --warn-bg: #43201e } }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header { display: flex; align-items: center; gap: .6rem; padding: .9rem 1.2rem; background: var(--accent); color: #fff; font-weight: 600 }
.mark { width: 1.1rem; height: 1.1rem; border: .22rem solid #fff; border-radius: .35rem; transform: rotate(45deg) }
main { max-width: 34rem; margin: 1.5rem auto; padding: 1.6rem; background: var(--card); border: 1px solid var(--line); border-radius: .9rem }
@media (max-width: 36rem) { main { margin: 1rem .8rem; padding: 1.2rem } }
h1 { margin: 0 0 .6rem; font-size: 1.45rem; line-height: 1.25 }
p { margin: .5rem 0 }
.soft { color: var(--soft); font-size: .93rem }
.problem { margin: 1rem 0; padding: .7rem .9rem; border-radius: .6rem; background: var(--warn-bg); color: var(--warn) }
label { display: block; margin-top: .9rem; font-weight: 600 }
label.choice { display: flex; gap: .6rem; align-items: baseline; font-weight: 400; line-height: 1.35 }
.hint { margin-top: 1.2rem }
input[type=text], input[type=password] { width: 100%; margin-top: .25rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: .55rem }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.3rem }
.actions form { display: contents }
button, a.button { flex: 1 1 9rem; display: flex; align-items: center; justify-content: center; min-height: 2.9rem; padding: .6rem 1rem; font: inherit; font-weight: 600; line-height: 1.25; text-align: center; text-decoration: none; cursor: pointer; border-radius: .55rem; border: 1px solid var(--accent); background: var(--accent); color: #fff }
button.quiet, a.button.quiet { background: transparent; color: var(--ink); border-color: var(--line) }
button:hover, a.button:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
table { width: 100%; margin-top: 1rem; border-collapse: collapse; font-size: .95rem }
th, td { padding: .5rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: baseline; overflow-wrap: anywhere }
th { width: 10.5rem; padding-right: .8rem; color: var(--soft); font-weight: 500 }
@media (max-width: 36rem) { table { font-size: .88rem } th { width: 8.4rem; padding-right: .4rem } }
details { margin-top: .9rem; border-top: 1px solid var(--line); padding-top: .6rem }
details table { margin-top: .4rem; font-size: .85rem }
summary { color: var(--soft); cursor: pointer }
code { padding: .1rem .35rem; border-radius: .3rem; background: var(--bg); overflow-wrap: anywhere }
ul { margin: .5rem 0; padding-left: 1.2rem }
`

import { createHash } from 'node:crypto'

/** The only style there is; inline, so that a page needs no second request. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6;
  --card: #ffffff;
  --edge: #d9dde3;
  --text: #1b1f24;
  --quiet: #57606a;
  --accent: #0b57d0;
  --on-accent: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216;
    --card: #191e25;
    --edge: #323a45;
    --text: #e8ebef;
    --quiet: #a6b0bc;
    --accent: #8ab4f8;
    --on-accent: #0b1a33;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body {
  display: grid;
  min-height: 100vh;
  min-height: 100svh;
  margin: 0;
  padding: 1rem;
  place-items: center;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main {
  width: 100%;
  max-width: 30rem;
  padding: clamp(1.5rem, 6vw, 2.75rem);
  background: var(--card);
  border: 1px solid var(--edge);
  border-radius: 0.875rem;
}
h1 { margin: 0 0 0.875rem; font-size: clamp(1.3125rem, 6vw, 1.5rem); font-weight: 650; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 0.75rem; }
ul { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.75rem 0 0; padding: 0; list-style: none; }
li { flex: 1 1 auto; }
a, button {
  display: block;
  padding: 0.6875rem 1.125rem;
  border: 1px solid var(--accent);
  border-radius: 0.5rem;
  color: var(--accent);
  font-weight: 600;
  text-align: center;
  text-decoration: none;
}
button { width: 100%; margin-top: 1.75rem; font: inherit; font-weight: 600; cursor: pointer; }
li:first-child a, button { background: var(--accent); color: var(--on-accent); }
a:hover { text-decoration: underline; }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
footer {
  margin-top: 1.75rem;
  padding-top: 1rem;
  border-top: 1px solid var(--edge);
  color: var(--quiet);
  font-size: 0.875rem;
}
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
`

/** The source expression that allows the stylesheet and nothing else (CSP Level 3, 2.3.1). */
export const stylesheetSource = `'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`

import { grounds } from '../config/schema/contrast.ts'
import type { Accents } from './accents.ts'

/**
 * The only style there is; inline, so that a page needs no second request.
 *
 * @param more what the operator adds: last, so that it counts.
 */
export function createStylesheet({ light, dark }: Accents, more = ''): string {
  return `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6;
  --card: ${grounds.light};
  --edge: #d9dde3;
  --text: #1b1f24;
  --quiet: #57606a;
  --accent: ${light[0]};
  --on-accent: ${light[1]};
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216;
    --card: ${grounds.dark};
    --edge: #323a45;
    --text: #e8ebef;
    --quiet: #a6b0bc;
    --accent: ${dark[0]};
    --on-accent: ${dark[1]};
  }
}
*, ::before, ::after { box-sizing: border-box; }
body {
  display: flex;
  flex-direction: column;
  align-items: center;
  justify-content: center;
  gap: 1.25rem;
  min-block-size: 100vh;
  min-block-size: 100svh;
  margin: 0;
  padding: 1rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
.brand, main { inline-size: 100%; max-inline-size: 30rem; }
.brand { display: flex; align-items: center; justify-content: center; gap: 0.75rem; font-weight: 600; }
.brand img { display: block; max-block-size: 3rem; max-inline-size: min(12rem, 60%); }
main {
  padding: clamp(1.5rem, 6vw, 2.75rem);
  background: var(--card);
  border: 1px solid var(--edge);
  border-radius: 0.875rem;
}
h1 { margin: 0 0 0.875rem; font-size: clamp(1.3125rem, 6vw, 1.5rem); font-weight: 650; line-height: 1.25; text-wrap: balance; }
h2 { margin: 1.75rem 0 0.5rem; font-size: 1.0625rem; font-weight: 650; line-height: 1.3; }
p { margin: 0 0 0.75rem; }
ul { margin: 0; padding: 0; list-style: none; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1.75rem 0 0; }
.actions > li, .actions > button { flex: 1 1 auto; }
a, button {
  display: block;
  min-block-size: 2.75rem;
  padding: 0.6875rem 1.125rem;
  border: 1px solid var(--accent);
  border-radius: 0.5rem;
  background: var(--card);
  color: var(--accent);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
}
button { cursor: pointer; }
.actions:not(.second) > li:first-child a, .actions > button { background: var(--accent); color: var(--on-accent); }
a:hover, button:hover { text-decoration: underline; }
a:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
button[aria-disabled="true"] { opacity: 0.6; cursor: progress; }
.actions.second { margin-block-start: 0.75rem; }
.notice:empty { display: none; }
.notice { margin: 1rem 0 0; padding: 0.625rem 0.875rem; border: 1px solid var(--edge); border-inline-start: 4px solid var(--accent); border-radius: 0.375rem; }
.passkeys > li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1rem; padding: 0.75rem 0; border-block-end: 1px solid var(--edge); }
.passkeys div { flex: 1 1 12rem; min-inline-size: 0; }
.passkeys small { display: block; color: var(--quiet); font-size: 0.875rem; line-height: 1.4; }
footer {
  margin-block-start: 1.75rem;
  padding-block-start: 1rem;
  border-block-start: 1px solid var(--edge);
  color: var(--quiet);
  font-size: 0.875rem;
}
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
${more}`
}

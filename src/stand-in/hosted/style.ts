/** The hosted pages' one stylesheet: phone first, light and dark. */
export const pageStyle = `
:root { --page: #f3f4f7; --card: #fff; --text: #16181d; --soft: #5b6270; --line: #c9cdd6;
  --accent: #2f4fd0; --on-accent: #fff; --bad: #b3261e; --bad-page: #fdecea }
@media (prefers-color-scheme: dark) {
  :root { --page: #111318; --card: #1b1e25; --text: #eceef2; --soft: #a2a9b8; --line: #444b59;
    --accent: #a9b8ff; --on-accent: #10173a; --bad: #ffb4ab; --bad-page: #42201d }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 1rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 26rem; padding: 1.5rem; background: var(--card); border-radius: 1rem;
  box-shadow: 0 1px 3px #0002, 0 8px 24px #0001 }
h1 { margin: 0 0 .75rem; font-size: 1.4rem; line-height: 1.25 }
p { margin: 0 0 .75rem }
a { color: var(--accent) }
ol { margin: 0; padding: 0; list-style: none; counter-reset: step }
ol > li { counter-increment: step; padding-left: 2.25rem; position: relative }
ol > li + li { margin-top: 1.25rem }
ol > li::before { content: counter(step); position: absolute; left: 0; width: 1.5rem; height: 1.5rem;
  border-radius: 50%; background: var(--accent); color: var(--on-accent); text-align: center;
  font-size: .875rem; line-height: 1.5rem; font-weight: 600 }
.who { display: inline-block; max-width: 100%; margin-bottom: 1rem; padding: .125rem .75rem;
  border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); font-size: .875rem;
  overflow-wrap: anywhere }
.qr { width: 100%; max-width: 13rem; border-radius: .5rem; overflow: hidden; background: #fff;
  border: 1px solid var(--line); line-height: 0 }
details { margin-top: .75rem; font-size: .9375rem }
summary { cursor: pointer; color: var(--accent) }
details p { margin: .5rem 0 0 }
code { font: 600 1rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere }
input { display: block; width: 100%; padding: .625rem .75rem; border: 1px solid var(--line);
  border-radius: .5rem; background: transparent; color: inherit; letter-spacing: .3em;
  font: 600 1.5rem/1.3 ui-monospace, monospace }
input.plain { letter-spacing: normal; font: 1rem/1.5 system-ui, sans-serif }
input[readonly] { background: var(--page) }
input::placeholder { color: var(--soft); opacity: .45 }
input[aria-invalid] { border-color: var(--bad) }
.button { display: block; width: 100%; margin-top: .75rem; padding: .75rem; border: 0;
  border-radius: .5rem; background: var(--accent); color: var(--on-accent); cursor: pointer;
  text-align: center; text-decoration: none; font: 600 1rem/1.25 system-ui, sans-serif }
.quiet { display: block; margin-top: .5rem; padding: .5rem; text-align: center; color: var(--soft) }
.link { display: block; width: 100%; padding: .5rem; border: 0; background: none; color: var(--accent);
  cursor: pointer; text-decoration: underline; font: 1rem/1.5 system-ui, sans-serif }
ul { margin: 0; padding: 0; list-style: none }
.mail { padding: .75rem 0; border-top: 1px solid var(--line) }
.mail .who { margin-bottom: .25rem }
.mail p { margin: 0 0 .25rem }
.code { font-size: 1.75rem; letter-spacing: .15em }
time { color: var(--soft); font-size: .875rem }
[hidden] { display: none }
.error { padding: .5rem .75rem; border-radius: .5rem; background: var(--bad-page); color: var(--bad) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
dl { margin: 0 0 .75rem; display: grid; grid-template-columns: auto 1fr; gap: 0 .75rem; font-size: .9375rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem }
pre { margin: 0 0 .75rem; overflow-wrap: anywhere; white-space: pre-wrap; font: .875rem/1.5 ui-monospace, monospace }
select { display: block; width: 100%; padding: .625rem .75rem; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--card); color: inherit; font: inherit }
.loud { width: 100%; max-width: 26rem; margin: 0; padding: .5rem .75rem; border-radius: .5rem;
  border: 2px solid var(--bad); background: var(--bad-page); color: var(--bad); text-align: center;
  font-size: .9375rem }
footer a { color: inherit }
footer { color: var(--soft); font-size: .8125rem; text-align: center }
`

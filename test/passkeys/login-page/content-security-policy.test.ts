import t from 'tap'
import { judgeContentSecurity } from '../../../src/passkeys/login-page/content-security-policy.ts'

const at = (base: string) => ({
  scripts: [`${base}/assets/authsignal.js?v=1`, `${base}/assets/passkey-sign-in.js?v=2`],
  connects: [`${base}/client/challenge`, `${base}/client/verify/passkey`],
})
const judge = (values: string | readonly string[], origin = 'https://login.example.com') =>
  judgeContentSecurity([values].flat(), at(`${origin}/step-up`), `${origin}/interaction/x?y=1`)

/** What the verdict comes to: the nonce, `yes`, or the directive that forbids. */
function say(values: string | readonly string[], origin?: string): string {
  const verdict = judge(values, origin)
  return verdict.isAllowed ? (verdict.nonce ?? 'yes') : verdict.directive
}

type Cases = Readonly<Record<string, string>>

const self: Cases = {
  '': 'yes',
  ';;  ; ': 'yes',
  ', ,': 'yes',
  "script-src 'self'": 'yes',
  "SCRIPT-SRC 'SELF'": 'yes',
  "script-src 'none'": 'script-src',
  "script-src 'NONE'": 'script-src',
  'script-src': 'script-src',
  "script-src 'none' 'self'": 'yes',
  "script-src 'unsafe-inline'": 'script-src',
  'script-src self': 'script-src',
  "default-src 'self'": 'yes',
  "default-src 'none'": 'default-src',
  "default-src 'none'; connect-src 'self'": 'default-src',
  "default-src 'none'; connect-src 'self'; script-src 'self'": 'yes',
  "default-src 'self'; script-src 'none'": 'script-src',
  "default-src 'self'; connect-src 'none'": 'connect-src',
  "default-src 'self'; connect-src": 'connect-src',
  "script-src 'none'; script-src-elem 'self'": 'yes',
  "script-src 'self'; script-src-elem 'none'": 'script-src-elem',
  "script-src 'self'; script-src-attr 'none'": 'yes',
  "script-src 'self'; script-src 'none'": 'yes',
  "script-src 'none'; script-src 'self'": 'script-src',
  "style-src 'none'; img-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'": 'yes',
  "report-uri /csp; upgrade-insecure-requests; unknown 'none'": 'yes',
  "\tscript-src\t'self'\n;\fconnect-src 'self'": 'yes',
}

const nonces: Cases = {
  "script-src 'nonce-AbC+/_-1=='": 'AbC+/_-1==',
  "script-src 'NONCE-AbC'": 'AbC',
  "script-src 'nonce-'": 'script-src',
  "script-src 'nonce-a\"b'": 'script-src',
  "script-src 'nonce-a==='": 'script-src',
  "script-src 'self' 'nonce-abc'": 'yes',
  "script-src 'self' 'nonce-abc' 'strict-dynamic'": 'abc',
  "script-src 'self' https: 'Strict-Dynamic'": 'script-src',
  "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'strict-dynamic' 'self'": 'script-src',
  "script-src 'strict-dynamic' * 'unsafe-inline'": 'script-src',
  "default-src 'nonce-abc'": 'default-src',
  "default-src 'nonce-abc'; connect-src 'self'": 'abc',
  "default-src 'self' 'strict-dynamic' 'nonce-abc'": 'abc',
  "connect-src 'nonce-abc'": 'connect-src',
  "connect-src 'self' 'strict-dynamic'": 'yes',
  "script-src-elem 'nonce-elem'; script-src 'nonce-script'": 'elem',
}

const urls: Cases = {
  'script-src *': 'yes',
  'script-src https:': 'yes',
  'script-src HTTPS:': 'yes',
  'script-src http:': 'yes',
  'script-src wss: data: blob:': 'script-src',
  'script-src https://*': 'yes',
  'script-src login.example.com': 'yes',
  'script-src LOGIN.example.COM': 'yes',
  'script-src https://login.example.com': 'yes',
  'script-src http://login.example.com': 'yes',
  'script-src wss://login.example.com': 'script-src',
  'script-src example.com': 'script-src',
  'script-src *.example.com': 'yes',
  'script-src *.login.example.com': 'script-src',
  'script-src evil-login.example.com': 'script-src',
  'script-src login.example.com.evil.com': 'script-src',
  'script-src login.*.com': 'script-src',
  'script-src //login.example.com': 'script-src',
  'script-src login.example.com:443': 'yes',
  'script-src login.example.com:*': 'yes',
  'script-src login.example.com:8443': 'script-src',
  'script-src *:443': 'yes',
  'script-src *:80': 'script-src',
  'script-src login.example.com:x': 'script-src',
  'script-src login.example.com/': 'yes',
  'script-src login.example.com/step-up/': 'yes',
  'script-src login.example.com/step-up': 'script-src',
  'script-src login.example.com/step-up/assets/': 'yes',
  'script-src login.example.com/%73tep-up/assets/': 'yes',
  'script-src login.example.com/step-up%2fassets/': 'script-src',
  'script-src login.example.com/Step-Up/': 'script-src',
  'script-src login.example.com/static/': 'script-src',
  'script-src login.example.com/step-up/assets/authsignal.js': 'script-src',
  'script-src login.example.com/step-up/assets/authsignal.js login.example.com/step-up/assets/passkey-sign-in.js':
    'yes',
  'connect-src https://login.example.com/step-up/client/': 'yes',
  'connect-src https://login.example.com/api/': 'connect-src',
  'connect-src https://api.example.com wss:': 'connect-src',
  'connect-src *': 'yes',
}

const obstacles: Cases = {
  sandbox: 'sandbox',
  'sandbox allow-scripts': 'sandbox',
  'sandbox allow-same-origin allow-forms': 'sandbox',
  'sandbox allow-forms Allow-Scripts ALLOW-SAME-ORIGIN': 'yes',
  "require-trusted-types-for 'script'": 'require-trusted-types-for',
  'trusted-types one': 'yes',
}

const several: Cases = {
  "script-src 'self', connect-src 'self'": 'yes',
  "script-src 'self', script-src 'none'": 'script-src',
  "script-src 'nonce-a' 'nonce-b', script-src 'nonce-b'": 'b',
  "script-src 'nonce-a', script-src 'nonce-b'": 'script-src',
  "script-src 'nonce-a', script-src 'self'": 'a',
  "script-src 'nonce-a', script-src 'nonce-a' 'strict-dynamic', default-src https:": 'a',
  "default-src https:, default-src 'none'": 'default-src',
}

for (const [name, cases] of Object.entries({ self, nonces, urls, obstacles, several })) {
  t.test(name, async (t) => {
    for (const [policy, verdict] of Object.entries(cases)) t.equal(say(policy), verdict, policy)
  })
}

t.test('headers add up', async (t) => {
  t.equal(say([]), 'yes')
  t.equal(say(["script-src 'self'", "connect-src 'none'"]), 'connect-src')
  t.equal(say(["script-src 'nonce-a' 'nonce-b'", "script-src 'nonce-b'; connect-src 'self'"]), 'b')
})

t.test('loopback, where the lab is', async (t) => {
  const localhost = 'http://localhost:4400'
  t.equal(say("script-src 'self'", localhost), 'yes')
  t.equal(say('script-src localhost:4400', localhost), 'yes')
  t.equal(say('script-src localhost', localhost), 'script-src', 'the port counts')
  t.equal(say('script-src localhost:*', localhost), 'yes')
  t.equal(say('script-src https:', localhost), 'script-src')
  t.equal(say('script-src https://localhost:4400', localhost), 'script-src')
  t.equal(say('script-src http:', localhost), 'yes')
  t.equal(say('script-src 127.0.0.1:4400', 'http://127.0.0.1:4400'), 'yes')
  t.equal(say('script-src 127.0.0.2:4400', 'http://127.0.0.2:4400'), 'script-src')
  t.equal(say('script-src http://localhost:80', 'http://localhost'), 'yes')
})

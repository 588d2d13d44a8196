import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { suppose } from '../../src/explain/suppose.ts'
import type { Supposition } from '../../src/explain/supposition.ts'

const yaml = `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
clients:
  web:
    mode: enforce
    redirectUris: [https://web.example/cb]
    satisfiedByAmr: [mfa]
    remember: 10m
    custom: { tier: gold }
  app: { mode: monitor, redirectUris: [https://app.example/cb], unenrolled: deny }
  off: { mode: "off" }
protectedPaths: [{ path: /account }]
`
const config = loadConfig(join(t.testdir({ 'gateway.yaml': yaml }), 'gateway.yaml'), {})
const withPasskeys = loadConfig(
  join(t.testdir({ 'gateway.yaml': `${yaml}passkeys: { tenantId: t }\n` }), 'gateway.yaml'),
  {},
)
const about = (it: Partial<Supposition>, by = config): string =>
  suppose(by, { amr: ['pwd'], scope: ['openid'], ...it }, Date.UTC(2026, 10, 2)).join('\n')

t.test('all that follows from the YAML, and from each answer of Authsignal', async (t) => {
  t.equal(
    about({
      clientId: 'web',
      acr: 'a',
      scope: ['openid', 'email'],
      proof: { method: 'PASSKEY', ageMs: 1_200_000 },
    }),
    `web: mode enforce, action oidc-authorize (clients.web at gateway.yaml:6)

Authsignal is asked (track)
  userId     <subject>
  action     oidc-authorize
  ipAddress  <ip>
  userAgent  <user_agent>
  locale     <locale>
  username   <username>
with the custom data points, for its rules
  tier                   gold
  client_id              web
  amr                    pwd,swk,mfa
  mode                   enforce
  scope                  openid email
  acr                    a
  seconds_since_step_up  1200

what follows from its answer
  ALLOW, enrolled      release (no_challenge_needed)   Authsignal answered ALLOW for an enrolled user.
  ALLOW, not enrolled  challenge (enrolment_required)  The user has no authenticator, and \`unenrolled\` is enroll: the challenge sets one up. -> clients.web.unenrolled
  CHALLENGE_REQUIRED   challenge (challenge_required)  Authsignal asks for a challenge.
  REVIEW_REQUIRED      deny (review_required)          Authsignal answered REVIEW_REQUIRED. The client gets access_denied.
  BLOCK                deny (blocked)                  Authsignal answered BLOCK. The client gets access_denied.
  no answer            deny (authsignal_unavailable)   Authsignal did not answer, and \`onError\` is deny. The client gets temporarily_unavailable. -> clients.web.onError
  an error (4xx)       deny (authsignal_refused)       Authsignal refused the call, or its answer could not be read. That never fails open. The client gets server_error.`,
  )
})

const cases: [name: string, it: Partial<Supposition>, words: (string | RegExp)[]][] = [
  [
    'decided by the YAML alone',
    { clientId: 'web', amr: ['pwd', 'mfa'] },
    [
      /\nrelease \(satisfied_by_amr\): .* -> clients\.web\.satisfiedByAmr at gateway\.yaml:9\n {2}Authsignal is not asked$/,
    ],
  ],
  [
    'a proof',
    { clientId: 'web', proof: { method: 'SMS', ageMs: 1000 } },
    [/\nrelease \(proof\): .* -> clients\.web\.remember at gateway\.yaml:10\n/],
  ],
  ['off', { clientId: 'off' }, [/^off: mode off.*\n {2}off: the gateway leaves it alone/]],
  ['a client that is not listed', { clientId: 'nobody' }, [/^nobody: mode off.*\(defaults at /]],
  [
    'monitor, for a user who is not enrolled',
    { clientId: 'app', state: 'ALLOW', isEnrolled: false },
    [
      /answer\n {2}ALLOW, not enrolled {2}deny \(unenrolled_denied\) .* -> clients\.app\.unenrolled at gateway\.yaml:12\n\nmode monitor/,
    ],
  ],
  [
    'a request that forbids challenges',
    { clientId: 'web', prompt: 'none', state: 'CHALLENGE_REQUIRED' },
    [/CHALLENGE_REQUIRED {2}deny \(prompt_none\) .*The client gets interaction_required/, 'prompt     none'],
  ],
  [
    'a user who is not enrolled',
    { clientId: 'web', isEnrolled: false },
    [/answer\n {2}ALLOW, not enrolled .*\n {2}REVIEW_REQUIRED/],
  ],
  [
    'a user who is',
    { clientId: 'web', isEnrolled: true },
    [/answer\n {2}ALLOW, enrolled .*\n {2}CHALLENGE_REQUIRED/],
  ],
  [
    'a redirect URI of another one',
    { clientId: 'web', redirectUri: 'https://app.example/cb', responseType: 'id_token' },
    [
      /^web: mode enforce.*, the strictest of it and app\n {2}refused: response_type id_token is not on its list -> responseTypes\n/,
    ],
  ],
  [
    'a redirect URI of nobody',
    { clientId: 'web', redirectUri: 'https://nobody.example/cb' },
    [/^web: mode enforce.*\n {2}refused: https:\/\/nobody\.example\/cb is not on its list -> redirectUris\n/],
  ],
  [
    'one of its own',
    { clientId: 'web', redirectUri: 'https://web.example/cb', responseType: 'code' },
    [/^web: mode enforce[^,]*, action [^,]*\n\nAuthsignal/],
  ],
  [
    'a page',
    { page: '/account' },
    [/^page \/account: mode enforce, action account \(protectedPaths/, 'page  /account'],
  ],
  ['no page', { page: '/nowhere' }, [/^page \/nowhere: not protected/]],
  ['the passkey page where there is none', { page: 'passkeys' }, [/^page passkeys: not protected/]],
]

for (const [name, it, words] of cases) {
  t.test(name, async (t) => {
    const text = about(it)
    for (const word of words)
      t.ok(typeof word === 'string' ? text.includes(word) : word.test(text), `${word}`, { text })
  })
}

t.test('a configuration of no file has no places', async (t) => {
  const clients = new Map(
    Array.from(config.clients, ([id, { origin: _file, ...policy }]) => [id, policy] as const),
  )
  t.match(about({ clientId: 'web' }, { ...config, clients }), /^web: mode enforce, action oidc-authorize\n/)
})

t.test('the passkey page', async (t) => {
  t.match(about({ page: 'passkeys' }, withPasskeys), /^page passkeys: mode enforce, action passkeys/)
})

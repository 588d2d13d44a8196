import type { Test } from 'tap'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { form, navigation, send } from './frame/wire.ts'

const spoofs = (names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${name}: evil-value.example`]))

const forwarding = [
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Prefix',
  'X-Forwarded-Uri',
  'X-Forwarded-Port',
  'X-Forwarded-Server',
  'X-Forwarded-Scheme',
  'X-Forwarded-Ssl',
  'X-Forwarded-Anything',
  'Forwarded',
  'X-Real-IP',
  'CF-Connecting-IP',
  'True-Client-IP',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'Fastly-Client-IP',
  'X-Original-Forwarded-For',
  'X-ProxyUser-Ip',
  'X-Host',
  'X-Envoy-External-Address',
  'X-Azure-ClientIP',
  'x-FORWARDED-for',
]
const twins = [
  'X_Forwarded_For',
  'X-Forwarded_For',
  'X.Forwarded.For',
  'X_Real_IP',
  'HTTP_X_FORWARDED_FOR',
  'x_forwarded-host',
  'X~Forwarded~For',
  "X'Forwarded'For",
  'X_Remote_User',
  'Content_Length',
  'Transfer_Encoding',
  'Authorization_',
]
const identity = [
  'X-Remote-User',
  'Remote-User',
  'X-SSL-Client-Cert',
  'SSL-Client-Cert',
  'X-Client-Cert',
  'X-Stepup-Verified',
  'X-Step-Up-Subject',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Original-URI',
  'X-Auth-Request-User',
  'X-WebAuth-User',
  'X-Authenticated-User',
  'X-MS-CLIENT-PRINCIPAL',
  'X-Amzn-Oidc-Identity',
  'X-Goog-Authenticated-User-Email',
  'Cf-Access-Authenticated-User-Email',
  'X-User',
  'Client-Cert',
  'OIDC_CLAIM_sub',
  'OIDC-Claim-Sub',
  'Shib-Session-ID',
  'iv-user',
  'SM_USER',
  'SMUSER',
  'X-HTTP-Destinationurl',
  'Proxy',
  'X-Middleware-Subrequest',
]

runAttacks('an OP that believes what it is told', onLenientStage(), (attack) => {
  attack('X-02', 'forwarding headers of a client', spoofs(forwarding), staysHere)
  attack('X-03', 'their other spellings', spoofs(twins), staysHere)
  attack('X-04', 'headers that say who or where', spoofs(identity), staysHere)
})

/** Whatever endpoint it is sent to, the OP never sees the header, and what it sees is the gateway's. */
async function staysHere(t: Test, { world, op, cookie }: LenientStage, header: string): Promise<void> {
  const other = { clientId: 'other', redirectUri: world.other.redirectUri }
  const requests = [
    { target: '/anything', headers: [header, cookie] },
    { target: `/connect/authorize?${authorizeQuery(other)}`, headers: [header, ...navigation] },
    {
      method: 'POST',
      target: '/connect/token',
      headers: [header, form],
      body: 'grant_type=client_credentials&client_id=other',
    },
  ]
  for (const request of requests) {
    const seen = op.requests.length
    const answer = await send(world.publicUrl, request)
    if (answer.status === 400 && op.requests.length === seen) continue
    t.ok(op.requests.length > seen, 'is passed on', { answer: describe(answer) })
    const { rawHeaders = [], headers } = op.requests[seen] ?? {}
    t.notMatch(rawHeaders.join('\n'), /evil-value/, 'without what the client claims')
    t.match(headers, {
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(world.publicUrl).host,
      host: new URL(world.publicUrl).host,
    })
  }
}

runAttacks('addresses that are built', onRealStage(), (attack) => {
  attack(
    'X-01',
    'the way back from Authsignal leads to the public address only',
    {
      ...spoofs([
        'X-Forwarded-Host',
        'X-Forwarded-Proto',
        'X-Forwarded-Port',
        'X-Host',
        'X-Original-Host',
        'Origin',
        'Referer',
      ]),
      Forwarded: 'Forwarded: host=evil-value.example;proto=https',
      'X-Forwarded-Host with a list': 'X-Forwarded-Host: localhost, evil-value.example',
      'X-Original-URL': 'X-Original-URL: //evil-value.example/',
      'X-Forwarded-Prefix': 'X-Forwarded-Prefix: //evil-value.example',
    },
    async (t, { world, cookiesOf }, header) => {
      const headers = [header, `Cookie: ${await cookiesOf('alice')}`, ...navigation]
      const answer = await send(world.publicUrl, {
        target: `/connect/authorize?${authorizeQuery(world.web)}`,
        headers,
      })
      const { redirectUrl } = world.authsignal.control.tracks.at(-1)?.attributes ?? {}
      t.ok(String(redirectUrl).startsWith(`${world.publicUrl}/step-up/return/`), 'it is the configured one')
      t.notMatch(answer.wire, /evil-value/)
      const page = await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      t.equal(page.status, 200, 'the challenge page is shown')
      t.notMatch(page.wire, /evil-value/)
      t.notMatch(page.headers['set-cookie'], /domain/i, 'the cookie has no Domain')
    },
  )
  attack(
    'X-05',
    'the address that Authsignal hears of is the socket’s',
    {
      'X-Forwarded-For': 'X-Forwarded-For: 6.6.6.6',
      'a list': 'X-Forwarded-For: 6.6.6.6, 7.7.7.7',
      Forwarded: 'Forwarded: for=6.6.6.6',
      'X-Real-IP': 'X-Real-IP: 6.6.6.6',
      'CF-Connecting-IP': 'CF-Connecting-IP: 6.6.6.6',
      'an underscore': 'X_Forwarded_For: 6.6.6.6',
    },
    async (t, { world, cookiesOf }, header) => {
      const headers = [header, `Cookie: ${await cookiesOf('alice')}`, ...navigation]
      await send(world.publicUrl, { target: `/connect/authorize?${authorizeQuery(world.web)}`, headers })
      t.equal(world.authsignal.control.tracks.at(-1)?.attributes['ipAddress'], '127.0.0.1')
    },
  )
  attack(
    'X-06',
    'the OP hears of the public host only',
    {
      'another Host': 'evil.example',
      'the own name, another port': 'localhost:1',
      'a list': 'localhost, evil.example',
      empty: '',
      'upper case': 'LOCALHOST',
    },
    async (t, { world }, host) => {
      const op = watchOp(world.op.requests)
      const target = '/.well-known/openid-configuration'
      expectRefused(t, await send(world.publicUrl, { target, host }), 400, op)
      const { port } = new URL(world.publicUrl)
      const answer = await send(world.publicUrl, { target, host: `LocalHost:${port}` })
      t.match(answer.body, `"issuer":"${world.publicUrl}"`, 'discovery names the public address')
      t.equal(world.op.requests.at(-1)?.headers.host, new URL(world.publicUrl).host)
    },
  )
})

const behindProxy = { config: { stepUp: patient, trustedProxies: ['127.0.0.1/32', '10.0.0.0/8'] } }

runAttacks('behind a trusted proxy', onRealStage(behindProxy), (attack) => {
  attack(
    'X-05',
    'only the hops of trusted proxies are believed',
    {
      'the client adds a hop in front': ['6.6.6.6, 7.7.7.7', '7.7.7.7'],
      'it claims to be a proxy': ['10.0.0.1, 7.7.7.7', '7.7.7.7'],
      'a chain of proxies': ['6.6.6.6, 7.7.7.7, 10.1.1.1', '7.7.7.7'],
      'one hop': ['7.7.7.7', '7.7.7.7'],
    },
    async (t, { world, cookiesOf }, [header, address]: string[]) => {
      const cookie = `Cookie: ${await cookiesOf('alice')}`
      const headers = [`X-Forwarded-For: ${header}`, 'X-Forwarded-Host: evil.example', cookie, ...navigation]
      const answer = await send(world.publicUrl, {
        target: `/connect/authorize?${authorizeQuery(world.web)}`,
        headers,
      })
      expectNoArtefact(t, answer)
      const { ipAddress, redirectUrl } = world.authsignal.control.tracks.at(-1)?.attributes ?? {}
      t.equal(ipAddress, address)
      t.ok(String(redirectUrl).startsWith(world.publicUrl))
    },
  )
})

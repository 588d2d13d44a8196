import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { type LabClient, secretOf } from '../lab/op-world.ts'
import { basic, leakCode, redeem, releaseCode } from './frame/codes.ts'
import { describe, expectAlive, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { askedFor } from './frame/jar.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { exchange, form, send, writeRequest } from './frame/wire.ts'

const spa = { clientId: 'spa', redirectUri: 'https://spa.example.com/callback' }
const odd = { clientId: 'odd+id:%', redirectUri: 'https://odd.example.com/callback' }
const jwtClient = { clientId: 'jwt', redirectUri: 'https://jwt.example.com/callback' }
const verifier = 'v'.repeat(43)
const challenge = '7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM'

const clients: LabClient[] = [
  {
    client_id: spa.clientId,
    redirect_uris: [spa.redirectUri],
    token_endpoint_auth_method: 'none',
    consent: false,
  },
  {
    client_id: jwtClient.clientId,
    client_secret: secretOf(jwtClient.clientId).padEnd(48, 'x'),
    redirect_uris: [jwtClient.redirectUri],
    token_endpoint_auth_method: 'client_secret_jwt',
  },
]
const policies = {
  spa: { mode: 'enforce', redirectUris: [spa.redirectUri] },
  jwt: { mode: 'enforce', redirectUris: [jwtClient.redirectUri] },
  odd: { clientId: odd.clientId, mode: 'enforce', redirectUris: [odd.redirectUri] },
}
const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }

function assert(sub: string, more: Record<string, unknown> = {}, alg = 'HS256'): Promise<string> {
  const secret = new TextEncoder().encode(secretOf(jwtClient.clientId).padEnd(48, 'x'))
  return new SignJWT({ iss: sub, sub, jti: randomUUID(), ...more })
    .setProtectedHeader({ alg })
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(secret)
}

const unsigned = (sub: string): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ iss: sub, sub, exp: 4e9 })}.`
}
const asserted = (client_assertion: string, more: Record<string, string> = {}) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion,
  ...more,
})

runAttacks(
  'clients at the token endpoint of the real OP',
  onRealStage({ clients: policies, op: { clients } }),
  (attack) => {
    attack(
      'C-01',
      'Connection names the header that the gateway reads the client from',
      {
        'close, authorization': 'close, authorization',
        'authorization alone': 'authorization',
        'upper case': 'Close, AUTHORIZATION',
        'with tabs': 'close,\tauthorization',
        'in a second header': 'close\r\nConnection: authorization',
        'keep-alive, authorization': 'keep-alive, authorization',
        'content-type': 'close, content-type',
        cookie: 'close, cookie',
        'content-length': 'close, content-length',
        host: 'close, host',
        'an unknown one': 'close, x-anything',
      },
      async (t, stage, connection) => {
        const code = await leakCode(stage, spa, pkce)
        const grant = { grant_type: 'authorization_code', code, redirect_uri: spa.redirectUri }
        // Once with another client in the body, once with nothing there that contradicts the header.
        for (const named of [{ client_id: 'spa', code_verifier: verifier }, {}]) {
          const op = watchOp(stage.world.op.requests)
          const bytes = writeRequest(stage.world.publicUrl, {
            method: 'POST',
            target: '/connect/token',
            headers: [form, basic('other', secretOf('other'))],
            body: new URLSearchParams({ ...grant, ...named }).toString(),
          }).replace('Connection: close', `Connection: ${connection}`)
          // The gateway closes after a refusal only where bytes are unread, so a second request asks for the end.
          const end = /close/i.test(connection)
            ? ''
            : writeRequest(stage.world.publicUrl, { target: '/nowhere' })
          expectRefused(t, await exchange(stage.world.publicUrl, bytes + end), 400, {
            seen: () => op.seen().filter((line) => !line.endsWith('/nowhere')),
          })
        }
      },
    )
    attack(
      'C-01',
      'one request names two clients',
      {
        'Basic other, body web': { headers: [basic('other', secretOf('other'))], body: { client_id: 'web' } },
        'Basic web, body other': { headers: [basic('web', secretOf('web'))], body: { client_id: 'other' } },
        'Basic other, assertion of jwt': { headers: [basic('other', secretOf('other'))], assertionOf: 'jwt' },
        'body other, assertion of jwt': { headers: [], body: { client_id: 'other' }, assertionOf: 'jwt' },
        'Basic other, body spa': { headers: [basic('other', secretOf('other'))], body: { client_id: 'spa' } },
      },
      async (
        t,
        stage,
        {
          headers,
          body,
          assertionOf,
        }: { headers: string[]; body?: Record<string, string>; assertionOf?: string },
      ) => {
        const code = await leakCode(stage, stage.world.web)
        const op = watchOp(stage.world.op.requests)
        const more = assertionOf === undefined ? {} : asserted(await assert(assertionOf))
        const how = { headers, body: { ...body, ...more } }
        expectRefused(t, await redeem(stage.world, stage.world.web, code, how), 400, op)
      },
    )
    attack(
      'C-02',
      'a code that no release recorded',
      {
        'the own client, Basic': { client: 'web' },
        'the own client, in the body': {
          client: 'web',
          headers: [],
          body: { client_id: 'web', client_secret: secretOf('web') },
        },
        'a public client': {
          client: 'spa',
          headers: [],
          body: { client_id: 'spa', code_verifier: verifier },
        },
        'by an assertion': { client: 'jwt', headers: [], assertion: true },
        'another client that is protected': { client: 'web', headers: [basic('web2', secretOf('web2'))] },
        'a client that is not protected': { client: 'web', headers: [basic('other', secretOf('other'))] },
        'as a refresh token too': { client: 'web', body: { refresh_token: 'x' } },
      },
      async (
        t,
        stage,
        how: {
          client: 'web' | 'spa' | 'jwt'
          headers?: string[]
          body?: Record<string, string>
          assertion?: boolean
        },
      ) => {
        const client = { web: stage.world.web, spa, jwt: jwtClient }[how.client]
        const code = await leakCode(stage, client, how.client === 'spa' ? pkce : {})
        const op = watchOp(stage.world.op.requests)
        const body = { ...how.body, ...(how.assertion === true && asserted(await assert('jwt'))) }
        const answer = await redeem(stage.world, client, code, {
          ...(how.headers && { headers: how.headers }),
          body,
        })
        t.ok([400, 401].includes(answer.status), 'is refused', { answer: describe(answer) })
        expectNoArtefact(t, answer)
        // Who doesn't say to be a protected client is left to the OP, which knows whose code it is.
        const isForOp = how.headers !== undefined && how.body === undefined && how.assertion === undefined
        if (!isForOp) {
          t.same(op.seen(), [], 'nothing reaches the OP')
          t.match(answer.body, '"error":"invalid_grant"')
        }
      },
    )
    attack('C-02', 'the control: a released code redeems, once', { web: 'web' }, async (t, stage) => {
      const code = await releaseCode(stage, stage.world.web)
      t.equal((await redeem(stage.world, stage.world.web, code)).status, 200, 'for its client')
      expectNoArtefact(t, await redeem(stage.world, stage.world.web, code))
      stage.world.authsignal.control.setRules([stepUpForWeb])
    })
    attack(
      'C-03',
      'Basic in odd spellings, for a code that was not released',
      {
        'basic, lower case': 'Authorization: basic %',
        'two spaces': 'Authorization: Basic  %',
        'a tab': 'Authorization: Basic\t%',
        'no space': 'Authorization: Basic%',
        'a space behind': 'Authorization: Basic % x',
        'a comma': 'Authorization: Basic %, Basic %',
        'no padding': 'Authorization: Basic %nopad',
        base64url: 'Authorization: Basic %url',
        'a line break inside': 'Authorization: Basic %break',
        'two headers': 'Authorization: Basic %\r\nAuthorization: Basic %other',
        'two headers, the other one first': 'Authorization: Basic %other\r\nAuthorization: Basic %',
        'two equal headers': 'Authorization: Basic %\r\nAuthorization: Basic %',
        'no colon': 'Authorization: Basic d2Vi',
        'an empty id': `Authorization: Basic ${Buffer.from(':x').toString('base64')}`,
        'a control character': `Authorization: Basic ${Buffer.from('web\0:x').toString('base64')}`,
        'bytes that are not UTF-8': `Authorization: Basic ${Buffer.from('we\xff:x', 'latin1').toString('base64')}`,
        'an empty header': 'Authorization: Basic ',
        'an escaped id': `Authorization: Basic ${Buffer.from(`%77eb:${secretOf('web')}`).toString('base64')}`,
        'half an escape': `Authorization: Basic ${Buffer.from(`we%6:${secretOf('web')}`).toString('base64')}`,
      },
      async (t, stage, header) => {
        const code = await leakCode(stage, stage.world.web)
        const of = (id: string) => Buffer.from(`${id}:${secretOf(id)}`).toString('base64')
        const headers = header
          .replaceAll('%other', of('other'))
          .replace('%nopad', of('web').replace(/=+$/, ''))
          .replace('%url', of('web').replaceAll('+', '-').replaceAll('/', '_'))
          .replace('%break', `${of('web').slice(0, 5)} ${of('web').slice(5)}`)
          .replace(/%(?![0-9a-f])/g, of('web'))
          .split('\r\n')
        const answer = await redeem(stage.world, stage.world.web, code, { headers })
        t.ok([400, 401].includes(answer.status), 'is refused', { answer: describe(answer) })
        expectNoArtefact(t, answer)
      },
    )
    attack(
      'C-03',
      'a protected id with a plus, a colon and a percent sign',
      {
        'form-encoded': 'odd%2Bid%3A%25',
        'lower-case hex': 'odd%2bid%3a%25',
        'more escapes than needed': '%6Fdd%2Bid%3A%25',
      },
      async (t, stage, id) => {
        const op = watchOp(stage.world.op.requests)
        const how = { headers: [basic(id, 'x')] }
        const answer = await redeem(stage.world, odd, 'never-released', how)
        t.match(answer.body, '"error":"invalid_grant"', 'is known as the protected client')
        t.same(op.seen(), [])
      },
    )
    attack(
      'C-04',
      'assertions',
      {
        'client_id of another client': { client_id: 'other', of: 'jwt' },
        'a protected client, client_id absent': { of: 'jwt' },
        'alg none': { token: unsigned('jwt') },
        'alg None, spelled otherwise': {
          token: unsigned('jwt').replace(/^[^.]+/, Buffer.from('{"alg":"nOnE"}').toString('base64url')),
        },
        'a JWE': { token: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc' },
        'iss of another client': { of: 'jwt', claims: { iss: 'other' } },
        'sub of another client': { of: 'jwt', claims: { sub: 'other' } },
        'sub as an array': { of: 'jwt', claims: { sub: ['jwt'], iss: ['jwt'] } },
        'no claims': { token: 'e30.e30.x' },
        'no JWT': { token: 'jwt' },
        'two payloads': { token: 'e30.e30.e30.e30' },
      },
      async (
        t,
        stage,
        how: { client_id?: string; of?: string; token?: string; claims?: Record<string, unknown> },
      ) => {
        const code = await leakCode(stage, jwtClient)
        const op = watchOp(stage.world.op.requests)
        const token = how.token ?? (await assert(how.of ?? '', how.claims))
        const body = asserted(token, how.client_id === undefined ? {} : { client_id: how.client_id })
        const answer = await redeem(stage.world, jwtClient, code, { headers: [], body })
        expectRefused(t, answer, 400, op)
      },
    )
    attack(
      'C-05',
      'no client is named but by a certificate header',
      {
        'X-SSL-Cert': 'X-SSL-Cert: web',
        'X-SSL-Client-Cert': 'X-SSL-Client-Cert: web',
        'X-Client-Cert': 'X-Client-Cert: web',
        'Client-Cert': 'Client-Cert: :d2Vi:',
        'SSL-Client-S-DN': 'SSL-Client-S-DN: CN=web',
        'X-ARR-ClientCert': 'X-ARR-ClientCert: web',
        'X-Forwarded-Client-Cert': 'X-Forwarded-Client-Cert: Subject=web',
        'X-Amzn-Mtls-Clientcert': 'X-Amzn-Mtls-Clientcert: web',
        'an underscore': 'X_SSL_CERT: web',
      },
      async (t, stage, header) => {
        const code = await leakCode(stage, stage.world.web)
        const op = watchOp(stage.world.op.requests)
        const answer = await redeem(stage.world, stage.world.web, code, { headers: [header] })
        expectNoArtefact(t, answer)
        if (op.seen().length === 0) return
        const names = Object.keys(stage.world.op.requests.at(-1)?.headers ?? {}).join(' ')
        t.notMatch(names, /cert|ssl/i, 'the header does not arrive')
      },
    )
    attack(
      'C-07',
      'ids that nobody should write down',
      {
        '5 KiB': 'x'.repeat(5000),
        '1 MiB': 'x'.repeat(900_000),
        'a control character': 'we\x07b',
        'a line end': 'web\r\nlevel: 60',
        'an escape sequence of a terminal': '\x1b[2Jweb',
      },
      async (t, stage, clientId) => {
        const op = watchOp(stage.world.op.requests)
        const lines = stage.world.log.length
        const how = { headers: [], body: { client_id: clientId } }
        expectRefused(t, await redeem(stage.world, { ...stage.world.web, clientId }, 'x', how), 400, op)
        const target = `/connect/authorize?client_id=${encodeURIComponent(clientId.slice(0, 5000))}`
        expectRefused(t, await send(stage.world.publicUrl, { target }), 400, op)
        t.ok(stage.world.log.slice(lines).join('').length < 5000, 'the log stays small')
      },
    )
    attack('Z-05', 'one answer, whatever was wrong with the code', { web: 'web' }, async (t, stage) => {
      const { world } = stage
      const leaked = await leakCode(stage, world.web)
      const released = await releaseCode(stage, world.web)
      const expired = await releaseCode(stage, world.web, { state: 'another' })
      const spent = await releaseCode(stage, world.web, { state: 'a third' })
      await redeem(world, world.web, spent)
      const answers = [
        await redeem(world, world.web, 'unknown'),
        await redeem(world, world.web, leaked),
        await redeem(world, world.web2, released),
        await redeem(world, world.web, ''),
      ]
      world.clock.advance(11 * 60_000)
      answers.push(await redeem(world, world.web, expired))
      const [first] = answers
      for (const answer of answers) {
        t.equal(answer.status, 400)
        t.equal(answer.body, first?.body, 'word for word')
        t.same(Object.keys(answer.headers), Object.keys(first?.headers ?? {}), 'with the same headers')
      }
      t.match(first?.body, '"error":"invalid_grant"')
      world.authsignal.control.setRules([stepUpForWeb])
    })
  },
)

runAttacks('an OP that answers for somebody else', onLenientStage(), (attack) => {
  attack(
    'C-08',
    'the ID token names another client than the code was released for',
    {
      'another client': ['other'],
      'another protected client': ['web2'],
      'both of them': ['web', 'web2'],
      nobody: [],
      'upper case': ['WEB'],
      'a longer name': ['web.evil'],
    },
    async (t, stage, aud: string[]) => {
      const { world, op } = stage
      world.authsignal.control.setRules([])
      world.clock.advance(61_000)
      const code = `canary-code-8c1f-${aud.join('-')}`
      const jar = await askedFor(stage)
      op.answer = (_request, response) => {
        const location = `${world.web.redirectUri}?code=${code}&state=the-state`
        response.writeHead(303, { location }).end()
      }
      const target = `/somewhere?${aud.join('')}`
      const headers = [jar.header(), 'Accept: text/html']
      const answer = await send(world.publicUrl, { target, headers })
      t.match(answer.headers['location'], code, 'the code is released')
      op.answer = async (request, response) => {
        if (request.url === '/connect/revocation') return response.writeHead(200).end()
        const idToken = await op.signIdToken({ sub: 'user-alice', aud, amr: ['pwd'] })
        const tokens = { access_token: 'canary-token-5d2e', token_type: 'Bearer', id_token: idToken }
        return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens))
      }
      const dropped = await redeem(world, world.web, code)
      stage.beLenient()
      if (aud.includes('web')) {
        t.ok(dropped.status === 200 || dropped.status === 400)
        return
      }
      t.equal(dropped.status, 400, 'is dropped', { answer: describe(dropped) })
      t.match(dropped.body, '"error":"invalid_grant"')
      expectNoArtefact(t, dropped)
      t.match(world.audit('security').at(-1), { event: 'token_response_dropped' })
      await expectAlive(t, world)
    },
  )
})

import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { workMs } from '../lab/work-ms.ts'
import { type Channel, overChannels, sendWith } from './frame/channels.ts'
import {
  describe,
  expectAlive,
  expectGuarded,
  expectNoArtefact,
  expectRefused,
  watchOp,
} from './frame/expect.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { exchange, form, navigation, send, writeRequest } from './frame/wire.ts'

const authorization: readonly Channel[] = ['authorize', 'authorize-body', 'authorize-both']
const backChannels: readonly Channel[] = ['token', 'par', 'device']

runAttacks('an OP that answers whatever it is asked', onLenientStage(), (attack) => {
  attack(
    'Q-01',
    'two different values of one parameter',
    {
      ...overChannels(
        {
          client_id: 'client_id=other',
          redirect_uri: 'redirect_uri=https%3A%2F%2Fevil.example%2F',
          prompt: 'prompt=login&prompt=consent',
          scope: 'scope=openid%20admin',
          response_type: 'response_type=token',
          response_mode: 'response_mode=query&response_mode=form_post',
          state: 'state=another',
          nonce: 'nonce=another',
          'client_id, case': 'client_id=WEB',
          'client_id, an empty one between': 'client_id=&client_id=other',
          max_age: 'max_age=0&max_age=1',
          claims: 'claims=%7B%7D&claims=%7B%22a%22%3A1%7D',
          code_challenge: 'code_challenge=a&code_challenge=b',
          request_uri: 'request_uri=urn%3Aa&request_uri=urn%3Ab',
        },
        authorization,
      ),
      ...overChannels(
        {
          client_id: 'client_id=other',
          client_secret: 'client_secret=y',
          grant_type: 'grant_type=client_credentials',
          code: 'code=another',
          scope: 'scope=a&scope=b',
          redirect_uri: 'redirect_uri=https%3A%2F%2Fa.example&redirect_uri=https%3A%2F%2Fb.example',
          refresh_token: 'refresh_token=a&refresh_token=b',
          client_assertion: 'client_assertion=a&client_assertion=b',
          code_verifier: 'code_verifier=a&code_verifier=b',
        },
        backChannels,
      ),
    },
    async (t, stage, { channel, value }) => {
      const op = watchOp(stage.op.requests)
      expectRefused(t, await sendWith(stage, channel, value), 400, op)
    },
  )
  attack(
    'Q-01',
    'equal repetitions and parameters that may repeat are no attack',
    overChannels(
      {
        'the same client_id': 'client_id=web',
        'the same, spelled otherwise': 'client_id=%77eb',
        resource: 'resource=https%3A%2F%2Fa.example&resource=https%3A%2F%2Fb.example',
        audience: 'audience=a&audience=b',
      },
      authorization,
    ),
    async (t, stage, { channel, value }) => {
      const answer = await sendWith(stage, channel, value)
      t.ok(answer.status < 400, 'is served', { answer: describe(answer) })
      if (channel === 'authorize') expectGuarded(t, answer, { seen: () => [] })
    },
  )
  attack(
    'Q-02',
    'encoded names count as the same name',
    overChannels({
      'client%5fid': 'client%5fid=other',
      '%63lient_id': '%63lient_id=other',
      'encoded all over': '%63%6c%69%65%6e%74%5f%69%64=other',
      'upper-case hex': 'client%5Fid=other',
    }),
    async (t, stage, { channel, value }) => {
      expectRefused(t, await sendWith(stage, channel, value), 400, watchOp(stage.op.requests))
      const alone = await sendWith(stage, channel, value.replace('other', 'web'), ['client_id'])
      expectNoArtefact(t, channel.startsWith('authorize-') ? { ...alone, wire: '' } : alone)
      if (channel === 'authorize')
        t.match(alone.headers['location'], /^\/step-up\/challenge\//, 'web is seen')
    },
  )
  attack(
    'Q-03',
    'arrays, objects and what PHP, Rack and qs make of names',
    overChannels({
      'client_id[]': 'client_id[]=other',
      'client_id[0]': 'client_id[0]=other',
      'client_id%5B%5D': 'client_id%5B%5D=other',
      'client_id[a][b]': 'client_id[a][b]=other',
      'client_id.x': 'client_id.x=other',
      'client.id': 'client.id=other',
      'client id': 'client+id=other',
      'client[id': 'client[id=other',
      'a space before': '+client_id=other',
      Client_Id: 'Client_Id=other',
      'NUL behind': 'client_id%00x=other',
      'double encoding': 'client%255fid=other',
      'full-width letters': '%EF%BD%83lient_id=other',
      'a zero-width space': 'client_id%E2%80%8B=other',
      'a question mark before': '?client_id=other',
      '[client_id]': '[client_id]=other',
    }),
    async (t, stage, { channel, value }) => {
      expectRefused(t, await sendWith(stage, channel, value), 400, watchOp(stage.op.requests))
      const alone = await sendWith(stage, channel, value.replace('other', 'web'), ['client_id'])
      expectRefused(t, alone, 400, watchOp(stage.op.requests))
    },
  )
  attack(
    'Q-04',
    'semicolons as separators',
    overChannels({
      'behind state': 'x=y;client_id=other',
      'before an ampersand': 'x=y;client_id=other&z=1',
      'in scope': 'scope=openid;client_id=other',
      several: 'x=;;client_id=other',
      'encoded name': 'x=y;client%5fid=other',
    }),
    async (t, stage, { channel, value }) => {
      const without = value.startsWith('scope') ? ['scope'] : []
      expectRefused(t, await sendWith(stage, channel, value, without), 400, watchOp(stage.op.requests))
    },
  )
  attack(
    'Q-06',
    'values that are not well-formed',
    overChannels({
      'a lone percent sign': '%',
      'no hexadecimal digits': '%zz',
      '%u escapes': '%u0063',
      'bytes that are not UTF-8': '%ff',
      'overlong UTF-8': '%c0%af',
      'a surrogate': '%ed%a0%80',
      'raw bytes that are not UTF-8': '\xff',
      NUL: 'a%00b',
      'a line end': 'a%0d%0ab',
    }),
    async (t, stage, { channel, value }) => {
      for (const name of ['client_id', 'redirect_uri', 'scope']) {
        const answer = await sendWith(stage, channel, `${name}=${value}`, [name])
        expectRefused(t, answer, 400, watchOp(stage.op.requests))
      }
    },
  )
  attack(
    'Q-06',
    'a plus and an escaped space are one value, and reach the OP as they came',
    { plus: 'scope=openid+profile', escape: 'scope=openid%20profile' },
    async (t, stage, value) => {
      await sendWith(stage, 'authorize-body', value)
      t.match(stage.op.requests.at(-1)?.body, 'scope=openid+profile')
      t.equal(stage.op.requests.at(-1)?.body.split('&').at(-1), value)
    },
  )
  attack(
    'Q-07',
    'an empty value is a duplicate like any other',
    overChannels({
      'before the name': 'client_id=&client_id=other',
      'without a value': 'client_id&client_id=other',
      'behind it': 'client_id=other&client_id=',
      'empty against the good one': 'client_id=',
    }),
    async (t, stage, { channel, value }) => {
      expectRefused(t, await sendWith(stage, channel, value), 400, watchOp(stage.op.requests))
    },
  )
  attack(
    'Q-07',
    'an empty prompt means none was asked',
    { 'prompt=': 'prompt=', prompt: 'prompt' },
    async (t, stage, extra) => {
      const answer = await sendWith(stage, 'authorize', extra)
      t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is decided like without prompt')
    },
  )
  attack(
    'Q-10',
    'content types',
    Object.fromEntries(
      [
        'multipart/form-data; boundary=x',
        'application/json',
        'text/plain',
        'application/x-www-form-urlencoded, application/json',
        'application/x-www-form-urlencoded; charset=utf-16',
        'application/x-www-form-urlencoded; charset=utf-7',
        'application/x-www-form-urlencoded; charset=utf-8; charset=utf-16',
        'application/x-www-form-urlencoded; x=y',
        'application/x-www-form-urlencoded\t; charset=ibm037',
        'application/x-www-form-urlencodedx',
        'x/application/x-www-form-urlencoded',
        'application/xml',
        '*/*',
        '',
      ].map((type) => [type, [`Content-Type: ${type}`]]),
    ),
    async (t, stage, headers) => {
      const body = `${authorizeQuery(stage.world.web)}&grant_type=authorization_code&code=x`
      for (const target of [
        '/connect/authorize',
        '/connect/token',
        '/connect/par',
        '/connect/deviceauthorization',
      ]) {
        const op = watchOp(stage.op.requests)
        const request = { method: 'POST', target, headers, body }
        expectRefused(t, await send(stage.world.publicUrl, request), 415, op)
      }
    },
  )
  attack(
    'Q-10',
    'no content type, and two of them',
    {
      none: [],
      two: [form, 'Content-Type: application/json'],
      'two, the form last': ['Content-Type: application/json', form],
    },
    async (t, stage, headers) => {
      for (const target of ['/connect/authorize', '/connect/token', '/connect/par']) {
        const op = watchOp(stage.op.requests)
        const request = { method: 'POST', target, headers, body: authorizeQuery(stage.world.web) }
        expectRefused(t, await send(stage.world.publicUrl, request), [400, 415], op)
      }
    },
  )
  attack(
    'Q-11',
    'a body with a content encoding',
    {
      gzip: 'gzip',
      br: 'br',
      deflate: 'deflate',
      identity: 'identity',
      'two of them': 'identity, gzip',
      odd: 'GZIP;q=1',
    },
    async (t, stage, coding) => {
      for (const target of ['/connect/authorize', '/connect/token', '/connect/par']) {
        const op = watchOp(stage.op.requests)
        const headers = [form, `Content-Encoding: ${coding}`]
        const request = { method: 'POST', target, headers, body: authorizeQuery(stage.world.web) }
        expectRefused(t, await send(stage.world.publicUrl, request), 415, op)
      }
    },
  )
  attack(
    'Q-12',
    'OAuth parameters in the query of a back-channel request',
    {
      client_id: 'client_id=web',
      code: 'code=stolen',
      grant_type: 'grant_type=password',
      'an encoded name': 'client%5fid=web',
      client_assertion: 'client_assertion=x',
    },
    async (t, stage, query) => {
      for (const path of ['/connect/token', '/connect/par', '/connect/deviceauthorization']) {
        for (const body of ['', 'client_id=web&grant_type=authorization_code&code=stolen']) {
          const op = watchOp(stage.op.requests)
          const request = { method: 'POST', target: `${path}?${query}`, headers: [form], body }
          expectRefused(t, await send(stage.world.publicUrl, request), 400, op)
        }
      }
    },
  )
  attack(
    'Q-12',
    'a GET with a body',
    { authorize: '/connect/authorize', token: '/connect/token', open: '/somewhere' },
    async (t, stage, path) => {
      const op = watchOp(stage.op.requests)
      const headers = [stage.cookie, ...navigation, form]
      const target = `${path}?${authorizeQuery(stage.world.web)}`
      const answer = await send(stage.world.publicUrl, {
        target,
        headers,
        body: 'client_id=other&prompt=none',
      })
      expectNoArtefact(t, answer)
      const [request] = stage.op.requests.slice(-1)
      if (op.seen().length > 0 && path !== '/somewhere') t.equal(request?.body, '', 'the body stays here')
      t.ok(answer.status < 500)
      await expectAlive(t, stage.world)
    },
  )
  attack(
    'Q-13',
    'names of the prototype',
    overChannels(
      Object.fromEntries(
        ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__[x]'].map((name) => [
          name,
          name,
        ]),
      ),
    ),
    async (t, stage, { channel, value }) => {
      for (const extra of [`${value}=x`, `client_id=${value}`, `grant_type=${value}`, `prompt=${value}`]) {
        const [name = ''] = extra.split('=')
        const answer = await sendWith(stage, channel, extra, [name])
        t.ok(answer.status < 500, 'nothing breaks', { answer: describe(answer), extra })
        if (channel === 'authorize') expectNoArtefact(t, answer)
      }
      await expectAlive(t, stage.world)
    },
  )
  attack(
    'Q-13',
    'the same in headers and cookies',
    {
      header: ['__proto__: x', 'constructor: y', 'toString: z'],
      cookie: ['Cookie: __proto__=x; constructor=y; _session=user-alice; toString=z'],
      basic: [`Authorization: Basic ${Buffer.from('__proto__:x').toString('base64')}`],
    },
    async (t, stage, headers) => {
      const target = `/connect/authorize?${authorizeQuery(stage.world.web)}`
      const answer = await send(stage.world.publicUrl, { target, headers: [...navigation, ...headers] })
      expectNoArtefact(t, answer)
      const body = 'grant_type=authorization_code&code=stolen&client_id=__proto__'
      const token = { method: 'POST', target: '/connect/token', headers: [form, ...headers], body }
      t.ok((await send(stage.world.publicUrl, token)).status < 500)
      await expectAlive(t, stage.world)
    },
  )
  attack(
    'Q-15',
    'names that an OP takes for those of the protocol by collation, and names in any other script',
    overChannels({
      'U+1F152': '%F0%9F%85%92lient_id=other',
      'U+1F152, raw': '\xf0\x9f\x85\x92lient_id=other',
      'U+1F172': '%F0%9F%85%B2lient_id=other',
      'U+1F1A5 in redirect_uri': 're%F0%9F%86%A5irect_uri=https%3A%2F%2Fevil.example',
      'U+0368': '%CD%A8lient_id=other',
      'U+0640': 'client%D9%80_id=other',
      'U+07FA': 'client%DF%BA_id=other',
      'U+180A': 'client%E1%A0%8A_id=other',
      'U+1CD3': 'client%E1%B3%93_id=other',
      'U+FE73': 'client%EF%B9%B3_id=other',
      'an unassigned code point': 'client%F0%90%B7%BF_id=other',
      'a private one': 'client%EE%80%80_id=other',
      'escaped twice': '%25F0%259F%2585%2592lient_id=other',
      'in %u escapes': '%25uD83C%25uDD52lient_id=other',
      'a byte that is not UTF-8': 'client%A0_id=other',
      'after a semicolon': 'x=y;%F0%9F%85%92lient_id=other',
      'a name of another language': 'gr%C3%B6%C3%9Fe=1',
    }),
    async (t, stage, { channel, value }) => {
      expectRefused(t, await sendWith(stage, channel, value), 400, watchOp(stage.op.requests))
      const alone = await sendWith(stage, channel, value.replace('other', 'web'), ['client_id'])
      expectRefused(t, alone, 400, watchOp(stage.op.requests))
    },
  )
  attack(
    'Q-15',
    "such names at other paths, and such values, are nobody's business",
    { 'another path': '/account?%C3%BCber=1', 'a value': '/account?x=%F0%9F%85%92' },
    async (t, stage, target) => {
      const op = watchOp(stage.op.requests)
      await send(stage.world.publicUrl, {
        method: 'POST',
        target,
        headers: [form],
        body: 'gr%C3%B6%C3%9Fe=1',
      })
      t.same(op.seen(), ['POST /account'])
      t.equal(stage.op.requests.at(-1)?.body, 'gr%C3%B6%C3%9Fe=1')
      const login = await sendWith(stage, 'authorize-body', 'user=%F0%9F%85%92&password=\xe9')
      t.ok(login.status < 400, 'a form of the OP is served', { answer: describe(login) })
    },
  )
  attack(
    'Q-16',
    'cookies whose names an OP takes for that of its session by collation',
    {
      'U+1F182': '_\xf0\x9f\x86\x82ession',
      'U+0640': '_ses\xd9\x80sion',
      escaped: '_%F0%9F%86%82ession',
      'a byte that is not UTF-8': '_ses\xffsion',
    },
    async (t, stage, name) => {
      const target = `/connect/authorize?${authorizeQuery(stage.world.web)}`
      for (const cookie of [
        `${stage.cookie}; ${name}=user-bob`,
        `Cookie: ${name}=user-bob; _session=user-alice`,
      ]) {
        const op = watchOp(stage.op.requests)
        expectRefused(
          t,
          await send(stage.world.publicUrl, { target, headers: [cookie, ...navigation] }),
          400,
          op,
        )
      }
    },
  )
  attack(
    'Q-17',
    'content types of any shape end in no fault of ours',
    Object.fromEntries(
      [
        ';',
        '; ;',
        ';;charset=utf-8;',
        ';=',
        '; charset',
        '; charset=',
        '; charset="utf-8',
        ';charset="utf-8"x',
        '/',
        ' ',
        '\xff',
        `;${' '.repeat(8000)}`,
        ';a="\\'.repeat(1000),
      ].map((rest) => [
        JSON.stringify(rest).slice(0, 40),
        `Content-Type: application/x-www-form-urlencoded${rest}`,
      ]),
    ),
    async (t, stage, type) => {
      const { world, cookie } = stage
      const body = `${authorizeQuery(world.web)}&grant_type=authorization_code&code=x`
      for (const target of ['/connect/authorize', '/connect/token', '/connect/par', '/somewhere']) {
        const headers = [cookie, ...navigation, type]
        const answer = await send(world.publicUrl, { method: 'POST', target, headers, body })
        t.ok(answer.status < 500, `no fault at ${target}`, { answer: describe(answer) })
      }
    },
  )
  attack(
    'Q-17',
    'an empty parameter of the content type says nothing',
    ['application/x-www-form-urlencoded;', 'application/x-www-form-urlencoded; ; charset=utf-8;'],
    async (t, stage, type) => {
      const { world, op } = stage
      op.answer = (_request, response) => response.writeHead(400).end()
      const body = 'grant_type=authorization_code&client_id=other&code=x'
      const request = { method: 'POST', target: '/connect/token', headers: [`Content-Type: ${type}`], body }
      await send(world.publicUrl, request)
      t.match(op.requests.at(-1), {
        url: '/connect/token',
        headers: { 'content-type': type, 'content-length': String(body.length) },
        body,
      })
      stage.beLenient()
    },
  )
  attack(
    'Q-18',
    'OPTIONS with what no preflight has',
    Object.fromEntries(
      ['/connect/authorize', '/connect/token', '/connect/par', '/connect/deviceauthorization'].flatMap(
        (path) => [
          [`${path}: a form`, { path, headers: [form], body: 'client_id=web&code=x' }],
          [`${path}: a byte`, { path, headers: [], body: 'x' }],
          [`${path}: a body in chunks`, { path, headers: ['Transfer-Encoding: chunked', form] }],
          [
            `${path}: parameters`,
            { path: `${path}?client_id=web&code=x&grant_type=authorization_code`, headers: [] },
          ],
          [`${path}: a hidden parameter`, { path: `${path}?CODE=x`, headers: [] }],
        ],
      ),
    ),
    async (t, stage, { path, headers, body }: { path: string; headers: string[]; body?: string }) => {
      const op = watchOp(stage.op.requests)
      const request = { method: 'OPTIONS', target: path, headers, ...(body !== undefined && { body }) }
      const bytes = `${writeRequest(stage.world.publicUrl, request)}${body === undefined ? '0\r\n\r\n' : ''}`
      expectRefused(t, await exchange(stage.world.publicUrl, bytes), 400, op)
    },
  )
  attack(
    'Q-18',
    'OPTIONS with credentials goes on without them',
    ['/connect/authorize', '/connect/token?p=B2C_1', '/connect/par', '/connect/deviceauthorization'],
    async (t, stage, target) => {
      const { world, op, cookie } = stage
      const secrets = [
        cookie,
        'Authorization: Basic b2Y6bWFsbG9yeQ==',
        'X-Api-Key: of-mallory',
        'DPoP: of-mallory',
      ]
      const preflight = ['Origin: https://app.example.com', 'Access-Control-Request-Method: POST']
      op.answer = (_request, response) => response.writeHead(204).end()
      const answer = await send(world.publicUrl, {
        method: 'OPTIONS',
        target,
        headers: [...secrets, ...preflight],
      })
      t.equal(answer.status, 204)
      const { headers, rawHeaders, url } = op.requests.at(-1) ?? {}
      t.equal(url, target)
      t.match(headers, { origin: 'https://app.example.com', 'access-control-request-method': 'POST' })
      t.notMatch(String(rawHeaders), /mallory|b2Y6|user-alice/)
      stage.beLenient()
    },
  )
  attack(
    'D-09',
    'forms that would take long to read are refused before they are',
    overChannels(
      {
        'a name of marks': `x${'%CC%81%CC%A3'.repeat(80_000)}=1`,
        'a name of spaces': `x${'+'.repeat(1_000_000)}=1`,
        'a name of capital letters': `${'A'.repeat(1_000_000)}=1`,
        'a name of brackets': `${'['.repeat(1_000_000)}=1`,
        '990 names of 1 KiB': Array.from(
          { length: 990 },
          (_, index) => `${index}${'%41'.repeat(350)}=1`,
        ).join('&'),
        'names that are long together': Array.from(
          { length: 900 },
          (_, index) => `${'A['.repeat(100)}${index}=1`,
        ).join('&'),
        'the same between semicolons': `x=y${`;${'A['.repeat(100)}`.repeat(900)}`,
        'pieces between semicolons': `x=y${';A'.repeat(400_000)}`,
        'long pieces between semicolons': `x=y${`;${'A'.repeat(1100)}`.repeat(900)}`,
      },
      ['authorize-body', 'token', 'par'],
    ),
    async (t, stage, { channel, value }) => {
      expectRefused(t, await sendWith(stage, channel, value), [400, 413], watchOp(stage.op.requests))
    },
  )
  attack(
    'Q-14',
    'more than anybody needs',
    overChannels({
      '10,000 parameters': 'a=b&'.repeat(10_000),
      '1 MiB in a value': `x=${'a'.repeat(1_100_000)}`,
      'deep brackets': `x${'[a]'.repeat(400_000)}=1`,
      '10,000 empty pairs': '&'.repeat(10_000),
    }),
    async (t, stage, { channel, value }) => {
      const op = watchOp(stage.op.requests)
      const work = await workMs(async () =>
        expectRefused(t, await sendWith(stage, channel, value), [0, 400, 413, 414, 431], op),
      )
      t.ok(work < 3000, 'without much work')
      await expectAlive(t, stage.world)
    },
  )
})

runAttacks('prompt at the real OP', onRealStage(), (attack) => {
  attack(
    'Q-08',
    'prompts that two servers could read differently',
    {
      'none and login': 'none login',
      'login and none': 'login none',
      'none and consent': 'none consent',
      'upper case': 'NONE',
      'mixed case': 'Login',
      tab: 'none\tlogin',
      newline: 'none\nlogin',
      comma: 'none,login',
      'a no-break space': 'none\u00a0login',
      'NUL at the end': 'none\0',
    },
    async (t, stage, prompt) => {
      const cookie = `Cookie: ${await stage.cookiesOf('alice')}`
      const op = watchOp(stage.world.op.requests)
      const query = authorizeQuery(stage.world.web, { prompt })
      const target = `/connect/authorize?${query}`
      expectRefused(
        t,
        await send(stage.world.publicUrl, { target, headers: [cookie, ...navigation] }),
        400,
        op,
      )
      const post = { method: 'POST', target: '/connect/authorize', headers: [cookie, form], body: query }
      expectRefused(t, await send(stage.world.publicUrl, post), 400, op)
    },
  )
  attack(
    'Q-08',
    'none where a challenge is due',
    { none: 'none', 'none, twice': 'none none' },
    async (t, { world, cookiesOf }, prompt) => {
      const headers = [`Cookie: ${await cookiesOf('bob')}`, ...navigation]
      world.clock.advance(120_000)
      world.authsignal.control.setRules([stepUpForWeb])
      const tracks = world.authsignal.control.tracks.length
      for (let round = 0; round < 4; round++) {
        const state = `state ${round}`
        const target = `/connect/authorize?${authorizeQuery(world.web, { prompt, state })}`
        const answer = await send(world.publicUrl, { target, headers })
        expectNoArtefact(t, answer)
        t.match(answer.headers['location'], /error=interaction_required/, 'the application hears why')
      }
      t.ok(world.authsignal.control.tracks.length - tracks <= 1, 'Authsignal is asked once a minute')
    },
  )
  attack(
    'Q-08',
    'create and select_account are decided on the answer',
    {
      create: 'create',
      select_account: 'select_account',
      unknown: 'whatever',
      login: 'login',
      'none between spaces': ' none ',
    },
    async (t, { world, cookiesOf }, prompt) => {
      const headers = [`Cookie: ${await cookiesOf('alice')}`, ...navigation]
      const target = `/connect/authorize?${authorizeQuery(world.web, { prompt })}`
      expectNoArtefact(t, await send(world.publicUrl, { target, headers }))
    },
  )
})

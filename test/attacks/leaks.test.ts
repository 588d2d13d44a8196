import { Browser } from '../lab/browser.ts'
import { secretOf } from '../lab/op-world.ts'
import { logIn, startSignIn } from '../lab/people.ts'
import { basic, redeem } from './frame/codes.ts'
import { describe } from './frame/expect.ts'
import { onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { form, navigation, send } from './frame/wire.ts'

const url = 'redirectUrl'

runAttacks('what is written down and shown', onRealStage(), (attack) => {
  attack(
    'L-01',
    'no secret of a whole sign-in is written down',
    { 'a passed challenge': 'pass', 'a cancelled one': 'cancel', 'a return in another browser': 'stolen' },
    async (t, { world, secrets }, how) => {
      const browser = new Browser()
      t.teardown(() => browser.close())
      const { control } = world.authsignal
      const page = await logIn(browser, await startSignIn(browser, world.web), 'alice')
      control.unenrol('user-alice')
      control.enrol('user-alice')
      const code = control.codeFor('user-alice')
      const stopBefore = ({ pathname }: URL) => pathname.startsWith('/step-up/return/')
      const last =
        how === 'cancel'
          ? await browser.click(page, 'Cancel', { stopBefore })
          : await browser.submit(page, { code }, { stopBefore })
      const back = String(last.headers['location'])
      const returned =
        how === 'stolen'
          ? await send(world.publicUrl, {
              target: new URL(back).pathname + new URL(back).search,
              headers: navigation,
            })
          : await browser.navigate(back)
      t.ok(returned.status < 500)
      const cookies = (await browser.jar.getCookies(world.publicUrl)).map(({ value }) => value)
      const [, , , , nonce = ''] = new URL(String(control.tracks.at(-1)?.attributes[url])).pathname.split('/')
      const token = new URL(back).searchParams.get('token')
      const codes = [...page.hops, ...('hops' in returned ? returned.hops : [])].flatMap(
        ({ headers }) => /[?&]code=([^&]+)/.exec(String(headers['location']))?.[1] ?? [],
      )
      const tokens = Object.values(world.web.signIns.at(-1)?.tokens ?? {})
      const found = [
        ...cookies,
        nonce,
        token,
        ...codes,
        ...tokens,
        page.url,
        secretOf('web'),
        secretOf('authsignal'),
        secretOf('step-up-gateway'),
      ]
      for (const secret of found) if (secret) secrets.add(secret)
      t.ok(secrets.size > 8 && nonce.length === 22, 'there was something to find')
      const ready = await (await fetch(`${world.adminUrl}/readyz`)).text()
      t.notOk([...secrets].find((secret) => world.log.join('').includes(secret) || ready.includes(secret)))
    },
  )
  attack(
    'L-01',
    'a canary in every place of a request that is refused',
    {
      'the query of a refused path': { target: '/connect/./authorize?code=CANARY&id_token_hint=CANARY' },
      'a refused query': { target: '/connect/authorize?client_id=web&client_id=CANARY&login_hint=CANARY' },
      'the prefix in another spelling': { target: '/STEP-UP/return/CANARY/CANARY?token=CANARY' },
      'a return that is unknown': { target: '/step-up/return/aaaaaaaaaaaaaaaaaaaaaa/CANARY?token=CANARY' },
      'a malformed assertion': {
        method: 'POST',
        target: '/connect/token',
        headers: [form],
        body: 'grant_type=authorization_code&client_assertion=CANARY',
      },
      'an unknown code': {
        method: 'POST',
        target: '/connect/token',
        headers: [form],
        body: 'grant_type=authorization_code&client_id=web&code=CANARY&client_secret=CANARY&code_verifier=CANARY',
      },
      'a refused grant': {
        method: 'POST',
        target: '/connect/token',
        headers: [form],
        body: 'grant_type=password&client_id=web&password=CANARY&username=x',
      },
      Basic: {
        method: 'POST',
        target: '/connect/token',
        headers: [form, basic('', 'CANARY')],
        body: 'grant_type=authorization_code',
      },
      cookies: {
        target: '/connect/authorize?client_id=web',
        headers: ['Cookie: _session=CANARY; _session=CANARY2; step-up=CANARY'],
      },
      'a header that is malformed': {
        target: '/x',
        headers: ['Authorization: CANARY', 'Authorization: CANARY'],
      },
      'a header line that is no header': { target: '/x', headers: ['CANARY\0: CANARY'] },
      'a target that is too long': { target: `/x?token=CANARY${'a'.repeat(17_000)}` },
      'a malformed form': {
        method: 'POST',
        target: '/connect/authorize',
        headers: [form],
        body: 'client_id=%zzCANARY&password=CANARY',
      },
      referer: { target: '/connect//authorize', headers: ['Referer: https://app/?code=CANARY'] },
    },
    async (t, { world }, request: { target: string; method?: string; headers?: string[]; body?: string }) => {
      const lines = world.log.length
      const answer = await send(world.publicUrl, request)
      t.ok(answer.status >= 400 && answer.status < 500, 'is refused', { answer: describe(answer) })
      t.notMatch(answer.wire, /CANARY/, 'and not repeated')
      t.notMatch(world.log.slice(lines).join(''), /CANARY|Q0FOQVJZ/, 'nor written down')
    },
  )
  attack(
    'L-03',
    'the gateway’s own pages and redirects tell nobody where they were',
    {
      'the redirect to the challenge': 'redirect',
      'the challenge page': 'challenge',
      'a refusal': '/step-up/return/aaaaaaaaaaaaaaaaaaaaaa/b?token=CANARY',
      'an unknown page': '/step-up/unknown',
    },
    async (t, { world, cookiesOf }, which) => {
      const headers = [`Cookie: ${await cookiesOf('alice')}`, ...navigation]
      const first = await send(world.publicUrl, {
        target: `/connect/authorize?${authorizeQuery(world.web)}`,
        headers,
      })
      const target = which === 'challenge' ? String(first.headers['location']) : which
      const answer = which === 'redirect' ? first : await send(world.publicUrl, { target, headers })
      t.equal(answer.headers['referrer-policy'], 'no-referrer')
      t.equal(answer.headers['cache-control'], 'no-store')
      if (which === 'redirect') return
      t.match(answer.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/)
      t.notMatch(answer.body, /<(?:script|img|iframe|link rel="stylesheet")|@import|CANARY/, 'no asset')
    },
  )
  attack(
    'L-04',
    'text of a stranger stays inside its JSON string',
    {
      'line ends': '%0d%0a{"level":60,"audit":"forged"}',
      'escape sequences of a terminal': '%1b[2J%1b[31m',
      JSON: '%22%2C%22audit%22%3A%22forged',
      'line separators': '%E2%80%A8%E2%80%A9',
      'very long': 'a'.repeat(3000),
    },
    async (t, { world, cookiesOf }, text) => {
      const lines = world.log.length
      const query = `${authorizeQuery(world.web, { state: '' })}&state=${text}&acr_values=${text}`
      const headers = [
        `Cookie: ${await cookiesOf('alice')}`,
        ...navigation,
        `User-Agent: x\x1b[31m${decodeURIComponent(text).replace(/[^ -~]/g, '')}`,
      ]
      for (const target of [
        `/connect/authorize?${query}`,
        `/connect/authorize?client_id=${text}`,
        `/${text.replaceAll('[', '')}`,
      ]) {
        await send(world.publicUrl, { target, headers })
      }
      await redeem(world, { ...world.web, clientId: 'x' }, decodeURIComponent(text), {
        headers: [],
        body: { client_id: decodeURIComponent(text), grant_type: decodeURIComponent(text) },
      })
      for (const line of world.log.slice(lines)) {
        t.not(JSON.parse(line).audit, 'forged')
        t.notMatch(line.slice(0, -1), /[\n\r]|\p{Cc}/u, 'one line, nothing that a terminal obeys')
        t.ok(line.length < 8000, 'of bounded length')
      }
    },
  )
  attack(
    'L-08',
    'a megabyte of a stranger’s becomes a megabyte of log',
    {
      'a grant type': { grant_type: 'x'.repeat(900_000) },
      'a grant type of control characters': { grant_type: '\u0001'.repeat(300_000) },
      'an unknown code': { grant_type: 'authorization_code', code: 'x'.repeat(900_000) },
      'an audience': {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 'x',
        audience: 'x'.repeat(900_000),
      },
      'a client': { grant_type: 'password', client_id: `web${' '.repeat(4000)}` },
      'a client of characters that terminals obey': { grant_type: 'password', client_id: 'we\u202e\u2066b' },
    },
    async (t, { world }, body: Record<string, string>) => {
      const lines = world.log.length
      await redeem(world, { ...world.web, clientId: 'web' }, 'x', {
        headers: [],
        body: { client_id: 'web', client_secret: 'x', ...body },
      })
      const written = world.log.slice(lines)
      t.ok(written.length > 0, 'there is a line')
      for (const line of written) {
        t.ok(line.length < 8000, 'of bounded length', { length: line.length })
        t.notMatch(line.slice(0, -1), /[\p{Cc}\u202e\u2066]/u, 'that turns nothing around')
      }
    },
  )
  attack(
    'L-08',
    'the OP’s and an address’s own words',
    { 'a redirect URI': 'unlisted' },
    async (t, { world, cookiesOf }) => {
      const lines = world.log.length
      const target = `/connect/authorize?${authorizeQuery(world.web, { redirect_uri: `https://evil.example/${'x'.repeat(12_000)}`, client_id: 'web' })}`
      const headers = [
        `Cookie: ${await cookiesOf('alice')}`,
        ...navigation,
        `User-Agent: ${'y'.repeat(3000)}`,
        `X-Y: ${'z'.repeat(500)}`,
      ]
      await send(world.publicUrl, { target, headers })
      for (const line of world.log.slice(lines)) t.ok(line.length < 8000, 'of bounded length')
    },
  )
  attack(
    'L-05',
    'nothing of the gateway’s own is kept by a cache',
    {
      'a refusal at the edge': { target: '/connect//authorize' },
      'an unknown page of ours': { target: '/step-up/x' },
      'a wrong method': { method: 'PUT', target: '/connect/authorize' },
      'an error of the token endpoint': {
        method: 'POST',
        target: '/connect/token',
        headers: [form],
        body: 'grant_type=password&client_id=web',
      },
      'another content type': { method: 'POST', target: '/connect/token', headers: [], body: 'x' },
      'an unknown host': { target: '/', host: 'evil.example' },
      'an unknown step-up': { target: '/step-up/challenge/x', headers: [...navigation] },
    },
    async (
      t,
      { world },
      request: { target: string; method?: string; headers?: string[]; body?: string; host?: string },
    ) => {
      const answer = await send(world.publicUrl, request)
      t.ok(answer.status >= 400)
      t.equal(answer.headers['cache-control'], 'no-store')
    },
  )
  attack(
    'L-07',
    'what operators see is not at the front door',
    [
      '/livez',
      '/startupz',
      '/readyz',
      '/metrics',
      '/health',
      '/step-up/metrics',
      '/step-up/livez',
      '/debug',
      '//metrics',
    ],
    async (t, { world }, path) => {
      const answer = await send(world.publicUrl, { target: path })
      t.equal(answer.status, 404, 'is the OP’s not found, or ours')
      t.notMatch(answer.body, /"status":"ok"|# HELP/)
      t.notMatch(await (await fetch(`${world.adminUrl}/readyz`)).text(), /alice|web/, 'without names')
    },
  )
})

runAttacks('an OP that is down', onLenientStage({ upstream: { timeout: '2s' } }), (attack) => {
  attack(
    'L-06',
    'error pages say nothing of what is behind',
    {
      'the connection is cut': 'cut',
      'no HTTP': 'garbage',
      'no answer in time': 'silence',
      'two Locations': 'locations',
      'an unreadable token response': 'token',
    },
    async (t, stage, how) => {
      const { world, op } = stage
      op.answer = (_request, response) => {
        if (how === 'cut') response.socket?.destroy()
        if (how === 'garbage') response.socket?.end('garbage at 10.1.2.3\r\n\r\n')
        if (how === 'locations') response.writeHead(302, ['location', '/a', 'location', '/b']).end()
        if (how === 'token') response.end('{"stack":"at /srv/op.js:1"')
      }
      const answers = [
        await send(world.publicUrl, { target: '/anything' }),
        await send(world.publicUrl, {
          method: 'POST',
          target: '/connect/token',
          headers: [form],
          body: 'grant_type=refresh_token&client_id=web&refresh_token=x',
        }),
      ]
      stage.beLenient()
      for (const { status, wire } of answers) {
        if (status === 200) continue
        t.ok(status >= 400)
        t.notOk(wire.includes(op.url) || wire.includes(`${op.port}`), 'no address')
        t.notMatch(wire, /ECONN|UND_ERR|HPE_|\bat .*\.[jt]s|node_modules|10\.1\.2\.3|Error:|undici|fastify/i)
      }
    },
  )
})

runAttacks('who is enrolled', onRealStage({ clients: { web: { unenrolled: 'deny' } } }), (attack) => {
  attack(
    'L-06',
    'an application can not tell why somebody was denied',
    { 'not enrolled against blocked': 'carol' },
    async (t, { world, cookiesOf }, username) => {
      world.authsignal.control.setRules([])
      const ask = async (name: string) => {
        const headers = [`Cookie: ${await cookiesOf(name)}`, ...navigation]
        const target = `/connect/authorize?${authorizeQuery(world.web, { state: name })}`
        const { headers: answer } = await send(world.publicUrl, { target, headers })
        return String(answer['location']).replace(name, '')
      }
      const unenrolled = await ask(username)
      world.authsignal.control.fault('track', { patch: { state: 'BLOCK' } })
      t.equal(unenrolled, await ask('bob'))
      t.match(unenrolled, /error=access_denied/)
    },
  )
})

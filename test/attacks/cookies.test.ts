import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { Browser } from '../lab/browser.ts'
import { logIn, startSignIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { canary, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { form, navigation, send } from './frame/wire.ts'

const planted = 'p'.repeat(43)
const authorizeAt = (world: { web: { clientId: string; redirectUri: string } }, state: string) =>
  `/connect/authorize?${authorizeQuery(world.web, { state })}`
let states = 0
const nextState = () => `state ${states++}`

runAttacks('cookies', onLenientStage(), (attack) => {
  attack(
    'K-01',
    'two session cookies of the OP with different values',
    {
      plain: '_session=user-alice; _session=user-bob',
      'the other order': '_session=user-bob; _session=user-alice',
      'an escaped name': '_session=user-alice; %5Fsession=user-bob',
      'in two headers': '_session=user-alice\r\nCookie: _session=user-bob',
      'an empty one': '_session=user-alice; _session=',
      'with spaces': '_session=user-alice;  _session = user-bob',
    },
    async (t, { world, op }, cookies) => {
      const headers = [`Cookie: ${cookies}`, ...navigation]
      const target = authorizeAt(world, nextState())
      expectRefused(t, await send(world.publicUrl, { target, headers }), 400, watchOp(op.requests))
      // Elsewhere the OP is asked, and its answer is not let out.
      expectNoArtefact(t, await send(world.publicUrl, { target: '/login', headers }))
    },
  )
  attack(
    'K-13',
    'text in which some server reads another session than the probe',
    [
      ...['foo=_session=user-alice; _session=user-bob', '_session=user-bob; x=1,_session=user-alice'],
      ...[
        '_session=user-bob,_session=user-alice',
        '[session=user-alice; _session=user-bob',
        '.session=user-alice; _session=user-bob',
      ],
      ...['x, _session=user-alice; _session=user-bob', '_session=user-bob; x="_session=user-alice"'],
      ...['_session[a]=user-alice; _session=user-bob', '_session=user-bob; _%73ession=user-alice'],
      ...[
        '_session=user-bob; x=%5Fsession%3Duser-alice',
        '_session=user-bob; _\u00ef\u00bd\u0093ession=user-alice',
      ],
      ...[
        '_\u00f0\u009f\u0085\u00a2ession=user-alice; _session=user-bob',
        '_session=user-bob; x=.session =user-alice',
      ],
      ...['_session=user-bob; x=_session=user-bobby', '_session%2500=user-alice; _session=user-bob'],
    ],
    async (t, { world, op }, cookies) => {
      const headers = [`Cookie: ${cookies}`, ...navigation]
      const target = authorizeAt(world, nextState())
      expectRefused(t, await send(world.publicUrl, { target, headers }), 400, watchOp(op.requests))
      expectNoArtefact(t, await send(world.publicUrl, { target: '/login', headers }))
    },
  )
  attack(
    'K-14',
    'a cookie of another application breaks no sign-in',
    [
      ...[
        'my_session=x',
        'app_session=x',
        '_sessions=x',
        'session=x',
        '_session2=x',
        'prefs=a=b&c=d',
        'x=1,y=2',
      ],
      ...[
        '_session_id=x',
        'q="a b"',
        'j={"a":1}',
        'x=_session=user-alice',
        'x=_session=user-alice; y=2',
        '_session.other=x',
        '_SESSION=x',
        '_Session=x; x=_SESSION=y',
      ],
    ],
    async (t, { world, cookie }, cookies) => {
      for (const header of [
        `${cookie}; ${cookies}`,
        `Cookie: ${cookies}; ${cookie.replace('Cookie: ', '')}`,
      ]) {
        const headers = [header, ...navigation]
        const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
        t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'she is known, and asked')
      }
    },
  )
  attack(
    'K-01',
    'the cookie of the gateway, tossed in from a sibling or damaged, is none',
    {
      'two values': `step-up=${planted}; step-up=${'q'.repeat(43)}`,
      'two equal values': `step-up=${planted}; step-up=${planted}`,
      'too short': 'step-up=abc',
      'too long': `step-up=${'p'.repeat(44)}`,
      'other characters': `step-up=${'p'.repeat(42)}%`,
      quoted: `step-up="${planted}"`,
      empty: 'step-up=',
      oversized: `step-up=${'p'.repeat(6000)}`,
      'of another environment': `__Host-step-up=${planted}`,
      'another case': `Step-Up=${planted}`,
    },
    async (t, { world, cookie }, own) => {
      const headers = [`${cookie}; ${own}`, ...navigation]
      const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
      const page = await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      const [, value] = /^step-up=([\w-]{43});/.exec(page.headers['set-cookie'] ?? '') ?? []
      t.ok(value, 'a new one is set', { answer: describe(page) })
      t.not(value, planted)
    },
  )
  attack(
    'K-02',
    'names that only some readers take for it',
    {
      nameless: `=step-up=${planted}`,
      $Version: `$Version=1; step-up="${planted}"`,
      'a no-break space before': `\xa0step-up=${planted}`,
      'a Unicode space before': `\xe2\x80\x80step-up=${planted}`,
      'a control character before': `\x01step-up=${planted}`,
      'a comma before': `a=b, step-up=${planted}`,
    },
    async (t, { world, cookie }, own) => {
      const headers = [`${cookie}; ${own}`, ...navigation]
      const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
      if (answer.status === 400) return
      const page = await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      t.match(page.headers['set-cookie'], /^step-up=[\w-]{43};/, 'is none')
    },
  )
  attack(
    'K-04',
    'the cookie goes nowhere and comes from nobody else',
    {
      'an open path': { target: '/anything' },
      'a login form': { target: '/login', method: 'POST', body: 'a=b' },
      'a token request': {
        target: '/connect/token',
        method: 'POST',
        body: 'grant_type=client_credentials&client_id=other',
      },
      'a posted authorization request': {
        target: '/connect/authorize',
        method: 'POST',
        body: 'client_id=other',
      },
    },
    async (
      t,
      stage,
      { method = 'GET', target, body }: { target: string; method?: string; body?: string },
    ) => {
      const { world, op, cookie } = stage
      op.answer = (_request, response) => {
        response.setHeader('set-cookie', [
          `step-up=${planted}; Path=/`,
          `=step-up=${planted}`,
          `step-up =${planted}`,
          `\tstep-up=${planted}`,
          'theirs=1; Path=/',
        ])
        response.end('ok')
      }
      const seen = op.requests.length
      const headers = [`${cookie}; step-up=${'q'.repeat(43)}; theirs=2`, form]
      const answer = await send(world.publicUrl, {
        method,
        target,
        headers,
        ...(body !== undefined && { body }),
      })
      stage.beLenient()
      t.notMatch(answer.headers['set-cookie'], /step-up/, 'the OP can not set it')
      t.match(answer.headers['set-cookie'], 'theirs=1', 'but its own')
      t.equal(
        op.requests[seen]?.headers.cookie ?? '_session=user-alice; theirs=2',
        '_session=user-alice; theirs=2',
      )
    },
  )
  attack(
    'K-04',
    'a valid cookie is never replaced',
    { 'seen again': planted },
    async (t, { world, cookie }, own) => {
      const headers = [`${cookie}; step-up=${own}`, ...navigation]
      const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
      const page = await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      t.equal(page.status, 200)
      t.notOk('set-cookie' in page.headers)
    },
  )
  attack(
    'K-05',
    'a hundred sign-ins begun in one browser',
    { 'of the same client': 100 },
    async (t, { world, cookie }, times) => {
      const own = `step-up=${'r'.repeat(43)}`
      for (let round = 0; round < times; round++) {
        const headers = [`${cookie}; ${own}`, ...navigation]
        const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
        if (answer.status !== 303 || 'set-cookie' in answer.headers)
          t.fail('no cookie is set', describe(answer))
      }
      t.pass('no cookie piles up')
    },
  )
  attack(
    'K-06',
    'a cross-site POST that brings no Lax cookies',
    { 'without any cookie': [], 'with the session only': ['Cookie: _session=user-alice'] },
    async (t, stage, cookies) => {
      const { world, op } = stage
      op.answer = (_request, response) => {
        const location = `${world.web.redirectUri}?code=${canary.code}&state=x`
        response.writeHead(303, { location }).end()
      }
      const body = authorizeQuery(world.web)
      const headers = [
        ...cookies,
        form,
        'Origin: https://evil.example',
        'Sec-Fetch-Site: cross-site',
        ...navigation,
      ]
      const answer = await send(world.publicUrl, {
        method: 'POST',
        target: '/connect/authorize',
        headers,
        body,
      })
      stage.beLenient()
      expectNoArtefact(t, answer)
      const name = answer.headers['set-cookie']?.split('=', 1).join()
      t.match(name ?? 'step-up-at-post-0', /^step-up-at-post-[0-3]$/, 'no cookie is replaced')
    },
  )
  attack(
    'K-08',
    'nobody is known at the place of the decision',
    {
      'no session cookie': 'a=b',
      'a session cookie of another path': '_session_legacy=user-alice',
      none: '',
    },
    async (t, { world }, cookies) => {
      const headers = [...(cookies === '' ? [] : [`Cookie: ${cookies}`]), ...navigation]
      for (const target of [authorizeAt(world, nextState()), '/login', '/connect/authorize/resume']) {
        const answer = await send(world.publicUrl, { target, headers })
        expectNoArtefact(t, answer)
        t.match(answer.headers['location'], /error=server_error/, 'is refused, not passed')
      }
    },
  )
  attack(
    'K-10',
    'a frame can not show a challenge',
    {
      'a silent request in a frame': { prompt: 'none', dest: 'iframe', error: 'interaction_required' },
      'a frame without prompt': { dest: 'iframe' },
      'an object': { dest: 'object' },
      'a script': { dest: 'empty', mode: 'cors' },
      'an image': { dest: 'image', mode: 'no-cors' },
    },
    async (
      t,
      { world, cookie },
      {
        prompt = '',
        dest,
        mode = 'navigate',
        error,
      }: { prompt?: string; dest: string; mode?: string; error?: string },
    ) => {
      const target = `/connect/authorize?${authorizeQuery(world.web, { prompt, state: nextState() })}`
      const headers = [cookie, 'Accept: text/html', `Sec-Fetch-Dest: ${dest}`, `Sec-Fetch-Mode: ${mode}`]
      const answer = await send(world.publicUrl, { target, headers })
      expectNoArtefact(t, answer)
      t.match(answer.headers['location'], `error=${error ?? ''}`, 'the application hears an error')
      t.notOk('set-cookie' in answer.headers)
      // A challenge page that somebody frames.
      const open = await send(world.publicUrl, {
        target: authorizeAt(world, nextState()),
        headers: [cookie, ...navigation],
      })
      const framed = await send(world.publicUrl, { target: String(open.headers['location']), headers })
      t.equal(framed.status, 400)
      t.notOk('set-cookie' in framed.headers)
    },
  )
  attack(
    'K-11',
    'cookies of the probe stay here; those of the answer count',
    { 'another user logs in': 'user-bob' },
    async (t, stage, subject) => {
      const { world, op, cookie } = stage
      op.onProbe = (_request, response) => {
        response.setHeader('set-cookie', ['_session=of-the-probe; Path=/', 'canary=1'])
        return false
      }
      op.answer = (_request, response) => {
        const location = `${world.web.redirectUri}?code=${canary.code}&state=x`
        response.writeHead(303, { location, 'set-cookie': `_session=${subject}; Path=/` }).end()
      }
      const request = {
        method: 'POST',
        target: '/login',
        headers: [cookie, form, ...navigation],
        body: 'a=b',
      }
      const answer = await send(world.publicUrl, request)
      op.onProbe = undefined
      stage.beLenient()
      expectNoArtefact(t, answer)
      t.equal(answer.headers['set-cookie'], `_session=${subject}; Path=/`, 'only what the answer set')
      t.equal(world.authsignal.control.tracks.at(-1)?.userId, subject, 'who just logged in is asked for')
    },
  )
})

const remembering = { clients: { web: { remember: '1h' } } }

runAttacks(
  'an OP that ignores the case of cookie names',
  onLenientStage({ provider: { foldsCookieCase: true } }),
  (attack) => {
    attack(
      'K-01',
      'two session cookies that differ in case alone',
      [
        '_session=user-alice; _SESSION=user-bob',
        '_Session=user-bob; _session=user-alice',
        '_session=user-alice; x=_SESSION=user-bob',
      ],
      async (t, { world, op }, cookies) => {
        const headers = [`Cookie: ${cookies}`, ...navigation]
        const target = authorizeAt(world, nextState())
        expectRefused(t, await send(world.publicUrl, { target, headers }), 400, watchOp(op.requests))
        expectNoArtefact(t, await send(world.publicUrl, { target: '/login', headers }))
      },
    )
  },
)

runAttacks('a cookie that somebody else planted', onRealStage(remembering), (attack) => {
  attack(
    'K-03',
    'the proof of one user is none for another',
    { 'bob stepped up, alice signs in': 'bob', 'alice stepped up in another session': 'alice' },
    async (t, { world, cookiesOf }, username) => {
      const attacker = new Browser()
      t.teardown(() => attacker.close())
      const { control } = world.authsignal
      const page = await logIn(attacker, await startSignIn(attacker, world.web), username)
      control.unenrol(`user-${username}`)
      control.enrol(`user-${username}`)
      await attacker.submit(page, { code: control.codeFor(`user-${username}`) })
      const again = await startSignIn(attacker, world.web)
      t.equal(again.url, `${world.web.url}/`, 'in the own browser it is remembered')
      const cookie = await attacker.cookie(world.publicUrl, 'step-up')
      const session = await cookiesOf('alice')
      const headers = [`Cookie: ${session}; step-up=${cookie}`, ...navigation]
      const answer = await send(world.publicUrl, { target: authorizeAt(world, nextState()), headers })
      t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'alice is asked')
      expectNoArtefact(t, answer)
    },
  )
})

runAttacks(
  'cookies under https',
  async (t) => {
    const [port = 0] = await freePorts(1)
    const read = (name: string) => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
    const listen = {
      host: '127.0.0.1',
      port,
      tls: { cert: await read('localhost.pem'), key: await read('localhost.key') },
    }
    const publicUrl = `https://localhost:${port}`
    const stepUp = patient
    const provider = { issuer: `http://localhost:${port}` }
    return onLenientStage({ provider, config: { publicUrl, listen, stepUp } })(t)
  },
  (attack) => {
    attack('K-09', 'flags of the cookie', { 'the first challenge page': 1 }, async (t, { world, cookie }) => {
      const { publicUrl } = world.config
      const headers = { cookie: cookie.replace('Cookie: ', ''), accept: 'text/html' }
      const challenge = await getTls(publicUrl, authorizeAt(world, nextState()), headers)
      t.match(challenge.location, /^\/step-up\/challenge\//)
      const page = await getTls(publicUrl, String(challenge.location), headers)
      t.match(page['set-cookie'], [/^__Host-step-up=[\w-]{43}; /])
      const [line = ''] = page['set-cookie'] ?? []
      for (const flag of [/; Secure/, /; HttpOnly/, /; Path=\/(?:;|$)/, /; SameSite=Lax/]) t.match(line, flag)
      t.notMatch(line, /domain/i)
    })
  },
)

async function getTls(
  origin: string,
  path: string,
  headers: Record<string, string>,
): Promise<IncomingHttpHeaders> {
  const ca = await readFile(new URL('../fixtures/tls/ca.pem', import.meta.url), 'utf8')
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    https
      .get(
        {
          host: '127.0.0.1',
          servername: hostname,
          port,
          path,
          ca,
          agent: false,
          headers: { ...headers, host: `${hostname}:${port}` },
        },
        (response) => {
          response.resume()
          resolve(response.headers)
        },
      )
      .on('error', reject)
  })
}

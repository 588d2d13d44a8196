import t, { type Test } from 'tap'
import { type LenientStage, onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { patient } from '../attacks/frame/real-stage.ts'
import { answerProbesWith } from '../attacks/frame/scripted-op.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import type { Browser } from '../lab/browser.ts'
import { expectChallenge, findReturn, isChallenge, passChallenge } from './challenge.ts'
import { expectPage } from './expect.ts'
import { openBrowser, watch } from './stage.ts'

const pages = [
  { path: '/account/password', httpMethods: ['POST'], action: 'password', remember: '1m' },
  { path: '/account' },
  { path: '/watched', mode: 'monitor', action: 'watched' },
]

/** An OP whose pages say what was asked of it; alice is signed in in each browser that opens. */
async function openStage(t: Test, protectedPaths: readonly object[] = pages): Promise<LenientStage> {
  const stage = await onLenientStage({ config: { protectedPaths, stepUp: patient } })(t)
  stage.op.answer = ({ method, url, body }, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>done ${method} ${url} ${body}`)
  return stage
}

async function open(t: Test, { world }: LenientStage, user = 'user-alice'): Promise<Browser> {
  const browser = openBrowser(t)
  await browser.jar.setCookie(`_session=${user}`, world.publicUrl)
  return browser
}

t.test('a page by GET', async (t) => {
  const stage = await openStage(t)
  const { world, op } = stage
  const browser = await open(t, stage)
  const seen = watch(world)
  const asked = await browser.navigate(`${world.publicUrl}/account/keys?a=b&a=c`)
  expectChallenge(t, world, asked)
  t.same(op.requests, [], 'nothing reached the OP')
  t.match(world.authsignal.control.tracks.at(-1), {
    action: 'account',
    attributes: { custom: { page: '/account', amr: 'pwd', client_id: undefined } },
  })
  const page = await passChallenge(world, browser, asked)
  t.match([page.status, page.text], [200, /done GET \/account\/keys\?a=b&a=c/])
  t.equal(page.url, `${world.publicUrl}/account/keys?a=b&a=c`)
  t.match(seen.audit('decision'), [
    { page: '/account', verdict: 'challenge' },
    { page: '/account', verdict: 'release', reason: 'proof' },
  ])

  await t.test('is open for a time', async (t) => {
    const tracks = world.authsignal.control.tracks.length
    t.match((await browser.navigate(`${world.publicUrl}/account`)).text, /done GET/)
    t.match(
      (await browser.post(`${world.publicUrl}/account`, { name: 'x' }, { from: page.url })).text,
      /done POST/,
    )
    t.match(
      (await browser.get(`${world.publicUrl}/account/api`, { 'sec-fetch-mode': 'cors' })).text,
      /done GET/,
    )
    t.equal(world.authsignal.control.tracks.length, tracks)
  })

  await t.test('gets what was sent byte for byte, whatever its type and method', async (t) => {
    const cookie = `Cookie: ${await browser.jar.getCookieString(world.publicUrl)}`
    const json = '{"name":  "x",\r\n"name":"y"}'
    for (const type of ['application/json', 'application/json;', 'text/plain; ;charset', 'a/b;c="d']) {
      const headers = [cookie, `Content-Type: ${type}`, 'Accept: text/html']
      const request = { method: 'POST', target: '/account', headers, body: json }
      t.equal((await send(world.publicUrl, request)).status, 200, type)
      t.match(op.requests.at(-1), { body: json, headers: { 'content-type': type } })
    }
    const headers = [cookie, 'Content-Type: application/json;', ...navigation]
    const answer = await send(world.publicUrl, { target: '/account', headers, body: json })
    t.equal(answer.status, 200)
    t.equal(op.requests.at(-1)?.body, json)
    world.clock.advance(10 * 60_000)
    expectChallenge(t, world, await browser.navigate(`${world.publicUrl}/account`))
  })

  await t.test('is left alone where it is none', async (t) => {
    const stranger = openBrowser(t)
    for (const path of ['/accounts', '/', '/other/account'])
      t.match((await stranger.navigate(`${world.publicUrl}${path}`)).text, /done GET/, path)
    const options = await browser.get(`${world.publicUrl}/account`, {})
    t.ok(options)
  })
})

t.test('a page by POST', async (t) => {
  const stage = await openStage(t)
  const { world, op } = stage
  const browser = await open(t, stage)
  const form = `${world.publicUrl}/forms/password?x=1`
  const refused = await browser.post(
    `${world.publicUrl}/account/password`,
    { new: 'secret' },
    { from: form, headers: { referer: form } },
  )
  expectPage(t, refused, 403, /not done/)
  t.same(op.requests, [])
  t.match(world.authsignal.control.tracks.at(-1), {
    action: 'password',
    attributes: { custom: { page: 'POST /account/password' } },
  })
  const asked = await browser.click(refused, 'Continue to verification')
  expectChallenge(t, world, asked)
  const verified = await passChallenge(world, browser, asked)
  expectPage(t, verified, 200, /again/)
  t.match(verified.body, '/forms/password?x=1')
  t.same(op.requests, [], 'nothing is repeated behind the back of the user')
  t.match(
    (await browser.post(`${world.publicUrl}/account/password`, { new: 'x' }, { from: form })).text,
    /done POST/,
  )

  await t.test('without a page that it came from', async (t) => {
    for (const referer of [undefined, 'https://evil.example.com/', 'no url']) {
      world.clock.advance(61_000)
      const refused = await browser.post(
        `${world.publicUrl}/account/password`,
        {},
        { from: form, headers: referer === undefined ? {} : { referer } },
      )
      const asked = await browser.click(refused, 'Continue to verification')
      const verified = await passChallenge(world, browser, asked)
      expectPage(t, verified, 200, /again/)
      t.notMatch(verified.body, /evil|no url|href="\//)
    }
  })

  await t.test('is read whole before the user is looked up', async (t) => {
    const large = { note: 'x'.repeat(1024 * 1024) }
    const reached = op.requests.length
    const refused = await browser.post(`${world.publicUrl}/account/password`, large, { from: form })
    expectPage(t, refused, 413, /too much/)
    t.equal(op.requests.length, reached)
  })

  await t.test('a script gets no page, and nothing is opened', async (t) => {
    world.clock.advance(61_000)
    const seen = watch(world)
    for (const method of ['POST', 'GET'] as const) {
      const headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
      const path = `${world.publicUrl}/account/${method === 'GET' ? 'other' : 'password'}`
      const answer =
        method === 'GET'
          ? await browser.get(path, headers)
          : await browser.post(path, {}, { headers, follow: false })
      expectPage(t, answer, 403, /verify first/)
    }
    t.same(seen.audit('step_up'), [])
  })

  await t.test('another method than those that are protected', async (t) => {
    const stranger = await open(t, stage, 'user-bob')
    const read = await stranger.navigate(`${world.publicUrl}/account/password`)
    t.ok(isChallenge(world, read), 'the page around it has its own entry')
    t.match(world.authsignal.control.tracks.at(-1), { action: 'account' })
  })
})

t.test('what does not go on after a challenge', async (t) => {
  const stage = await openStage(t)
  const { world } = stage
  const browser = await open(t, stage)
  const asked = await browser.navigate(`${world.publicUrl}/account`)
  const left = await browser.click(asked, 'Cancel')
  expectPage(t, left, 403, /left the verification/)
  t.notMatch(left.text, /Back to the application/, 'no application waits')
  const again = await browser.click(left, 'Try again')
  expectChallenge(t, world, again)
  const left2 = await browser.click(again, 'Cancel')
  world.authsignal.control.setRules([])
  t.match(
    (await browser.click(left2, 'Try again')).text,
    /done GET \/account/,
    'or what the rules say by now',
  )
  const id = /\/retry\/([\w-]+)/.exec(left.body)?.[1]
  expectPage(t, await browser.navigate(`${world.publicUrl}/step-up/back/${id}`), 410, /.*/)
})

t.test('what the rules say', async (t) => {
  const stage = await openStage(t)
  const { world } = stage
  const { control } = world.authsignal
  control.setRules([])
  const cases = [
    ['ALLOW', 200, /done GET/],
    ['BLOCK', 403, /not allowed/],
    ['REVIEW', 403, /not allowed/],
  ] as const
  for (const [outcome, status, words] of cases) {
    control.setAction('account', outcome)
    const page = await (await open(t, stage)).navigate(`${world.publicUrl}/account`)
    t.match([page.status, page.text], [status, words], outcome)
  }
  control.fault('track', '503')
  expectPage(t, await (await open(t, stage)).navigate(`${world.publicUrl}/account`), 503, /not available/)
})

t.test('nobody is signed in', async (t) => {
  const stage = await openStage(t)
  const { world, op } = stage
  const stranger = openBrowser(t)
  await stranger.jar.setCookie('theme=dark', world.publicUrl)
  t.match(
    (await stranger.navigate(`${world.publicUrl}/account`)).text,
    /done GET/,
    'the OP shows its login page',
  )
  t.equal(op.requests.at(-1)?.headers.cookie, undefined, 'nothing goes along that could be a session')
  const reached = op.requests.length
  expectPage(t, await stranger.post(`${world.publicUrl}/account`, { a: 'b' }), 403, /sign in first/)
  const withToken = { headers: { authorization: 'Bearer of a client' } }
  expectPage(t, await stranger.navigate(`${world.publicUrl}/account`, withToken), 403, /sign in first/)
  for (const target of ['/account;jsessionid=a', '/account?_session=user-alice'])
    expectPage(t, await stranger.navigate(`${world.publicUrl}${target}`), 400, /can't be used/)
  t.equal(op.requests.length, reached)

  await t.test('or the probe fails', async (t) => {
    op.onProbe = (_request, response) => {
      response.writeHead(500).end()
      return true
    }
    expectPage(t, await (await open(t, stage)).navigate(`${world.publicUrl}/account`), 403, /can't tell who/)
    const watched = await (await open(t, stage)).navigate(`${world.publicUrl}/watched`)
    t.match(watched.text, /done GET/)
    t.match(world.audit('unknown_user'), [{ reason: 'upstream_error' }, { reason: 'upstream_error' }])
    op.onProbe = undefined
  })
})

t.test('monitor changes nothing', async (t) => {
  const stage = await openStage(t)
  const { world } = stage
  const browser = await open(t, stage)
  t.match((await browser.navigate(`${world.publicUrl}/watched`)).text, /done GET/)
  t.match(world.audit('decision'), [{ page: '/watched', mode: 'monitor', verdict: 'challenge' }])
  await browser.jar.setCookie('_session.sig=a', world.publicUrl)
  const twice = await browser.navigate(`${world.publicUrl}/watched`, {
    headers: { cookie: '_session=a; _session=b' },
  })
  t.match(twice.text, /done GET/)
  t.match(world.audit('would_refuse'), [{ page: '/watched', reason: 'ambiguous_cookies', status: 400 }])

  await t.test('nor what the rules deny, or another user gets', async (t) => {
    const { control } = world.authsignal
    control.setRules([])
    control.setAction('watched', 'BLOCK')
    const seen = watch(world)
    const denied = await open(t, stage)
    t.match((await denied.navigate(`${world.publicUrl}/watched`)).text, /done GET/)
    control.setAction('watched', 'ALLOW')
    const plain = stage.op.answer
    stage.op.answer = (request, response) => {
      answerProbesWith(stage.op, world.publicUrl, { sub: 'user-bob' })
      plain(request, response)
    }
    t.match((await (await open(t, stage)).navigate(`${world.publicUrl}/watched`)).text, /done GET/)
    t.match(seen.audit('would_refuse'), [
      { page: '/watched', reason: 'not_allowed', status: 403 },
      { page: '/watched', reason: 'unknown_user', status: 403 },
    ])
    stage.op.onProbe = undefined
    stage.op.answer = plain
  })
})

t.test('a challenge for a page that is finished in another browser', async (t) => {
  const stage = await openStage(t)
  const { world } = stage
  const browser = await open(t, stage)
  const challenge = await browser.navigate(`${world.publicUrl}/account`)
  const back = await findReturn(world, browser, challenge)
  const seen = watch(world)
  expectPage(t, await openBrowser(t).navigate(back), 400, /the browser where you started/)
  t.match(seen.audit('security'), [{ event: 'return_in_another_browser', page: '/account' }])
})

t.test('spellings of a page', async (t) => {
  const stage = await openStage(t, [{ path: '/admin' }, { path: '/account', action: 'other' }])
  const { world, op } = stage
  const browser = await open(t, stage)
  const spellings = [
    '/admin',
    '/ADMIN',
    '/admin/',
    '/%61dmin',
    '/admin;a=b',
    '/admin.json',
    '/admin/x.php',
    '/index.php/admin',
  ]
  for (const path of spellings) {
    const { url } = await browser.navigate(`${world.publicUrl}${path}`, { follow: false })
    const page = await browser.get(`${world.publicUrl}${path}`)
    t.match([page.status, page.headers['location'], url], [303, /\/step-up\/challenge\//], path)
  }
  t.same(op.requests, [])
  const both = await browser.get(`${world.publicUrl}/admin.php/account`)
  t.match([both.status, op.requests.length], [/303|400/, 0])
})

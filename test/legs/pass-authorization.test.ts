import t, { type Test } from 'tap'
import { expectNoArtefact } from '../attacks/frame/expect.ts'
import { canary, onLenientStage, stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { type Answer, navigation, send } from '../attacks/frame/wire.ts'

const jsonPath = '/api/sign-in'
const stage = await onLenientStage({ provider: { jsonPaths: [jsonPath] } })(t)
const { world, op, cookie } = stage
const { control } = world.authsignal
const location = `${world.web.redirectUri}?code=${canary.code}&state=s`

/** Asks for a path, which the OP answers with this body. */
function ask(target: string, headers: Record<string, string>, body: string): Promise<Answer> {
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
  return send(world.publicUrl, { target, headers: [cookie, ...navigation] })
}

function expectUntouched(t: Test, answer: Answer, body: string): void {
  t.equal(answer.status, 200)
  t.equal(answer.body, body, 'byte for byte')
}

t.test('a sign-in that is answered with JSON', async (t) => {
  const json = { 'content-type': 'application/json' }
  t.beforeEach(() => {
    control.setRules([stepUpForAll])
    world.clock.advance(61_000)
  })

  for (const body of ['{"next": "/home", "n": 1.0}', `{"next": "/home?code=x"}`, '', 'null']) {
    t.test(`without a redirect it passes: ${body}`, async (t) =>
      expectUntouched(t, await ask(jsonPath, json, body), body),
    )
  }

  t.test('with one it passes as it is where no challenge is needed', async (t) => {
    control.setRules([])
    const body = `{ "url": "${location.replaceAll('/', '\\/')}", "n": 1.0 }`
    expectUntouched(t, await ask(jsonPath, json, body), body)
  })

  t.test('where it is refused, the redirect becomes an error for its client', async (t) => {
    control.setRules([{ ...stepUpForAll, type: 'BLOCK' }])
    const answer = await ask(jsonPath, json, `{"n":1.0,"url":"${location}"}`)
    t.equal(answer.status, 200)
    expectNoArtefact(t, answer)
    t.match(answer.body, /^\{"n":1\.0,"url":"[^"]+"\}$/, 'everything else is as it was')
    const { origin, pathname, searchParams } = new URL(JSON.parse(answer.body).url)
    t.equal(`${origin}${pathname}`, world.web.redirectUri)
    t.match(Object.fromEntries(searchParams), { error: 'access_denied', error_description: /./, state: 's' })
  })
})

t.test('a page that browsers could read differently', async (t) => {
  const form = (action: string) =>
    `<form method="post" action="${action}"><input name="code" value="${canary.code}"></form>`
  const pages = {
    'two forms for two places': [{}, `${form(world.web.redirectUri)}${form('https://other.example/')}`],
    'a coding that nobody knows': [{ 'content-encoding': 'unknown' }, form(world.web.redirectUri)],
  } as const
  const authorize = (rp: typeof world.web) => `/connect/authorize?${authorizeQuery(rp, { max_age: '3600' })}`

  for (const [name, [headers, body]] of Object.entries(pages)) {
    const page = { 'content-type': 'text/html', ...headers }
    t.test(`${name}: refused where a protected client asked`, async (t) => {
      const answer = await ask(authorize(world.web), page, body)
      t.equal(answer.status, 502)
      expectNoArtefact(t, answer)
      t.notOk(answer.body.includes(canary.code))
    })
    t.test(`${name}: where nobody asked, a code at most is in it, which does not redeem`, async (t) => {
      expectUntouched(t, await ask('/page', page, body), body)
      expectUntouched(t, await ask(authorize(world.other), page, body), body)
    })
  }
})

t.test('the same page where a protected client may have tokens in it is refused', async (t) => {
  const { world, op, cookie } = await onLenientStage({
    clients: { web: { responseTypes: ['code', 'id_token'] } },
  })(t)
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'unknown' }).end('<p>a page')
  t.equal((await send(world.publicUrl, { target: '/page', headers: [cookie, ...navigation] })).status, 502)
})

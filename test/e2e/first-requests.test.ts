import t from 'tap'
import { begin, Jar } from '../attacks/frame/jar.ts'
import { canary, onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { form, navigation, send } from '../attacks/frame/wire.ts'

const stage = await onLenientStage({ rules: [] })(t)
const { world, op } = stage
const { web } = world
const late = { max_age: '3600' }

/** The names of the gateway's cookies that an answer sets. */
const namesIn = (setCookie = ''): string[] =>
  setCookie.split('\n').flatMap((line) => /^(step-up[^=]*)=/.exec(line)?.[1] ?? [])

t.test('first requests of one browser at the same time do not undo each other', async (t) => {
  const states = Array.from({ length: 10 }, (_, index) => `tab ${index}`)
  const jar = new Jar()
  const first = await Promise.all(
    states.map((state) => begin(stage, new Jar(), authorizeQuery(web, { ...late, state }))),
  )
  for (const answer of first) jar.take(answer)
  t.equal(jar.cookies.size, 11, 'each has a cookie of its own')
  for (const state of states.slice(-8)) {
    const location = `${web.redirectUri}?code=${canary.code}&state=${encodeURIComponent(state)}`
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    const answer = await send(world.publicUrl, {
      target: '/auth/resume',
      headers: [jar.header(), ...navigation],
    })
    t.equal(answer.headers['location'], location, `${state} gets its answer`)
  }
})

t.test('who gets a cookie, and when', async (t) => {
  const script = ['Accept: text/html', 'Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']
  const frame = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']
  const ask = (clientId: string, headers: readonly string[], body?: string) => {
    const query = authorizeQuery({ ...web, clientId }, late)
    const request =
      body === undefined
        ? { target: `/connect/authorize?${query}` }
        : { method: 'POST', target: '/connect/authorize', body: query }
    op.answer = (_request, response) => response.writeHead(200).end('<p>login')
    return send(world.publicUrl, { ...request, headers: body === undefined ? headers : [...headers, form] })
  }
  const jar = new Jar()
  jar.take(await ask('web', navigation))
  const own = new RegExp(`^${[...jar.cookies.keys()].at(-1)}$`)
  const lasting = `Cookie: step-up=${'l'.repeat(43)}`
  const table: [
    name: string,
    headers: readonly string[],
    body: string | undefined,
    names: RegExp | undefined,
  ][] = [
    ['the first navigation', navigation, undefined, /^step-up-at-[\w-]{8}$/],
    ['a form of another site', navigation, 'form', /^step-up-at-post-[0-3]$/],
    ['a browser that has one: the same, for longer', [jar.header(), ...navigation], undefined, own],
    ['its form', [jar.header(), ...navigation], 'form', own],
    ['a browser that has the lasting one', [lasting, ...navigation], undefined, undefined],
    ['a frame in a browser that has one', [jar.header(), ...frame], undefined, undefined],
    ['a frame', frame, undefined, undefined],
    ['a script', script, undefined, undefined],
  ]
  for (const [name, headers, body, expected] of table) {
    const { headers: answer } = await ask('web', headers, body)
    const names = namesIn(answer['set-cookie'])
    t.equal(names.length, expected === undefined ? 0 : 1, name)
    if (expected) {
      t.match(names[0], expected)
      t.match(answer['set-cookie'], /; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax/)
    }
  }
  t.test('a client that is not protected gets none', async (t) => {
    const query = authorizeQuery(world.other, late)
    const answer = await send(world.publicUrl, {
      target: `/connect/authorize?${query}`,
      headers: [...navigation],
    })
    t.same(namesIn(answer.headers['set-cookie']), [])
  })
})

t.test('a cookie of a visit never reaches the OP, which sets none of that name', async (t) => {
  const jar = new Jar()
  jar.take(await begin(stage, jar, authorizeQuery(web, late)))
  op.answer = (_request, response) =>
    response.writeHead(200, { 'set-cookie': ['step-up-at-mine=x', 'other=1'] }).end('<p>')
  const answer = await send(world.publicUrl, { target: '/page', headers: [jar.header(), ...navigation] })
  t.equal(op.requests.at(-1)?.headers.cookie, '_session=user-alice')
  t.equal(answer.headers['set-cookie'], 'other=1')
})

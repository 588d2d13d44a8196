import t from 'tap'
import { expectNoArtefact } from '../../attacks/frame/expect.ts'
import { canary, onLenientStage } from '../../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../../attacks/frame/real-stage.ts'
import { navigation, send } from '../../attacks/frame/wire.ts'
import { askFor, expectUntouched } from '../answered.ts'

const stage = await onLenientStage()(t)
const { world } = stage

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
      const answer = await askFor(stage, authorize(world.web), page, body)
      t.equal(answer.status, 502)
      expectNoArtefact(t, answer)
      t.notOk(answer.body.includes(canary.code))
    })
    t.test(`${name}: refused at an authorization endpoint, whoever asked`, async (t) => {
      t.equal((await askFor(stage, authorize(world.other), page, body)).status, 502)
      t.equal((await askFor(stage, '/connect/authorize/callback', page, body)).status, 502)
    })
  }
})

t.test('elsewhere only a coding passes, and a code at most in it, which does not redeem', async (t) => {
  const body = '<form action="https://other.example/"><input name="code"><button formaction="/">'
  const page = { 'content-type': 'text/html' }
  t.equal((await askFor(stage, '/page', page, body)).status, 502)
  const coded = { ...page, 'content-encoding': 'unknown' }
  expectUntouched(t, await askFor(stage, '/page', coded, body), body)
})

t.test('where clients are only watched, whatever it is passes', async (t) => {
  const watched = () => ({ mode: 'monitor', responseTypes: ['code', 'id_token'] })
  const stage = await onLenientStage({ clients: { web: watched(), web2: watched(), consenting: watched() } })(
    t,
  )
  const long = `<form action="https://other.example/">${'x'.repeat(600_000)}`
  const ambiguous = '<form action="https://other.example/"><input name="code"><button formaction="/">'
  for (const body of [long, ambiguous])
    expectUntouched(t, await askFor(stage, '/connect/authorize', { 'content-type': 'text/html' }, body), body)
})

t.test('the same page where a protected client may have tokens in it is refused', async (t) => {
  const { world, op, cookie } = await onLenientStage({
    clients: { web: { responseTypes: ['code', 'id_token'] } },
  })(t)
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'unknown' }).end('<p>a page')
  t.equal((await send(world.publicUrl, { target: '/page', headers: [cookie, ...navigation] })).status, 502)
})

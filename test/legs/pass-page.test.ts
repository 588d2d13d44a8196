import t from 'tap'
import { expectNoArtefact } from '../attacks/frame/expect.ts'
import { canary, onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import { askFor, expectUntouched } from './answered.ts'

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
    t.test(`${name}: where nobody asked, a code at most is in it, which does not redeem`, async (t) => {
      expectUntouched(t, await askFor(stage, '/page', page, body), body)
      expectUntouched(t, await askFor(stage, authorize(world.other), page, body), body)
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

import t from 'tap'
import { expectNoArtefact } from '../../attacks/frame/expect.ts'
import { begin, Jar } from '../../attacks/frame/jar.ts'
import { canary, onLenientStage, stepUpForAll } from '../../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../../attacks/frame/real-stage.ts'
import { askFor, expectUntouched } from '../answered.ts'

const jsonPath = '/api/sign-in'
const stage = await onLenientStage({ provider: { jsonPaths: [jsonPath] } })(t)
const { world } = stage
const { control } = world.authsignal
const location = `${world.web.redirectUri}?code=${canary.code}&state=s`

t.test('a sign-in that is answered with JSON', async (t) => {
  const json = { 'content-type': 'application/json' }
  t.beforeEach(() => {
    control.setRules([stepUpForAll])
    world.clock.advance(61_000)
  })

  for (const body of ['{"next": "/home", "n": 1.0}', `{"next": "/home?code=x"}`, '', 'null']) {
    t.test(`without a redirect it passes: ${body}`, async (t) =>
      expectUntouched(t, await askFor(stage, jsonPath, json, body), body),
    )
  }

  t.test('with one it passes as it is where no challenge is needed', async (t) => {
    control.setRules([])
    const jar = new Jar()
    await begin(stage, jar, authorizeQuery(world.web, { state: 's', max_age: '3600' }))
    const body = `{ "url": "${location.replaceAll('/', '\\/')}", "n": 1.0 }`
    expectUntouched(t, await askFor(stage, jsonPath, json, body, jar.header()), body)
  })

  t.test('where it is refused, the redirect becomes an error for its client', async (t) => {
    control.setRules([{ ...stepUpForAll, type: 'BLOCK' }])
    const answer = await askFor(stage, jsonPath, json, `{"n":1.0,"url":"${location}"}`)
    t.equal(answer.status, 200)
    expectNoArtefact(t, answer)
    t.match(answer.body, /^\{"n":1\.0,"url":"[^"]+"\}$/, 'everything else is as it was')
    const { origin, pathname, searchParams } = new URL(JSON.parse(answer.body).url)
    t.equal(`${origin}${pathname}`, world.web.redirectUri)
    t.match(Object.fromEntries(searchParams), { error: 'access_denied', error_description: /./, state: 's' })
  })
})

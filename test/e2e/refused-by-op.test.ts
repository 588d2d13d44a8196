import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { authorizationUrl, beforeApplication, readAnswer } from './authorization.ts'
import { expectChallenge } from './challenge.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const world = await openWorld(t, {
  rules: [stepUpForWeb],
  clients: { web: { responseTypes: ['code', 'code id_token'] } },
})
const { web, other } = world

for (const [title, changes, error] of [
  [
    'an unknown method of PKCE',
    { code_challenge: 'c'.repeat(43), code_challenge_method: 'S512' },
    'invalid_request',
  ],
  [
    'a challenge of PKCE that is none',
    { code_challenge: 'c', code_challenge_method: 'S256' },
    'invalid_request',
  ],
  ['no response type', { response_type: undefined }, 'invalid_request'],
] as const) {
  t.test(`${title}: the OP refuses it, and nobody is challenged before`, async (t) => {
    const browser = openBrowser(t)
    await signIn(browser, other, 'alice')
    const seen = watch(world)
    const page = await browser.navigate(authorizationUrl(world, web, changes), beforeApplication(web))
    t.equal(readAnswer(page).get('error'), error)
    t.equal(seen.tracks(), 0)
    expectChallenge(t, world, await startSignIn(browser, web))
  })
}

t.test('what the OP takes all the same is held as ever', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const scope = 'openid a-scope-of-nobody'
  expectChallenge(t, world, await browser.navigate(authorizationUrl(world, web, { scope })))
})

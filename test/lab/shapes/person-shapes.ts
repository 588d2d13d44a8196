import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import type { LabClient } from '../op-world.ts'
import { type App, type RequestOptions, withApp } from './app.ts'
import { describeClient } from './request-shapes.ts'
import { describeClaims, describeJwt } from './seen.ts'
import type { Shape, Stage } from './shape.ts'

const pairwise: LabClient = { ...describeClient('pairwise'), subject_type: 'pairwise' }
const accounts = describeClient('accounts')

/** Its users have another subject than at the gateway's own client: `provider.subject` has to name another claim. */
export const PAIRWISE_SHAPE: Shape = {
  name: 'pairwise subjects',
  client: pairwise,
  play: (stage) =>
    withApp(stage, pairwise, {}, async ({ configuration, seen, signIn }) => {
      const { tokens, view } = await signIn()
      const { sub } = decodeJwt(tokens.id_token ?? '')
      assert.match(sub ?? '', /^pairwise-[0-9a-f]{64}$/)
      const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, sub ?? '')
      return { view, userinfo: describeClaims(stage, userinfo), seen }
    }),
}

/** Who is signed in, and how it ends. */
export const PERSON_SHAPES: readonly Shape[] = [
  {
    name: 'several accounts in one browser',
    client: accounts,
    play: (stage) =>
      withApp(stage, accounts, {}, async (app) => {
        const alice = await app.signIn()
        const bob = await app.signIn({ parameters: { prompt: 'login' }, username: 'bob' })
        const hint = { id_token_hint: alice.tokens.id_token ?? '' }
        const error = await findError(app, { parameters: { ...hint, prompt: 'none' } })
        const still = await app.signIn({ parameters: { prompt: 'none' } })
        const again = await app.signIn({ parameters: { ...hint, prompt: 'login' } })
        const subjects = [alice, bob, still, again].map(({ tokens }) => tokens.claims()?.sub)
        assert.deepEqual(subjects, ['user-alice', 'user-bob', 'user-bob', 'user-alice'])
        assert.equal(error, 'login_required')
        return { views: [alice, bob, still, again].map(({ view }) => view), error, seen: app.seen }
      }),
  },
]

/** The error of an authorization error response, as openid-client tells it. */
async function findError(app: App, request: RequestOptions): Promise<unknown> {
  try {
    await app.signIn(request)
    return undefined
  } catch (error) {
    return (error as { error?: unknown }).error
  }
}

/** Signs out at the OP and looks at what its back channel tells the RP (OpenID Connect Back-Channel Logout 1.0). */
export function describeLogoutShape(logoutUri: string): Shape {
  const client: LabClient = {
    ...describeClient('told'),
    backchannel_logout_uri: logoutUri,
    backchannel_logout_session_required: true,
    post_logout_redirect_uris: ['http://told.localhost:5999/bye'],
  }
  return {
    name: 'a logout that the RP is told of',
    client,
    play: (stage) =>
      withApp(stage, client, {}, async ({ configuration, seen, signIn }) => {
        const { tokens, view } = await signIn()
        const before = stage.logoutTokens.length
        const url = oidc.buildEndSessionUrl(configuration, {
          id_token_hint: tokens.id_token ?? '',
          post_logout_redirect_uri: client.post_logout_redirect_uris?.[0] ?? '',
          state: 'bye',
        })
        const out = await signOut(stage, client, url)
        const [token = ''] = stage.logoutTokens.slice(before)
        assert.equal(decodeJwt(token)['sid'], tokens.claims()?.['sid'])
        return { view, out, told: describeJwt(stage, token), seen }
      }),
  }
}

async function signOut({ browser }: Stage, client: LabClient, url: URL): Promise<unknown> {
  const [home = ''] = client.post_logout_redirect_uris ?? []
  const stopBefore = (next: URL) => next.href.startsWith(home)
  const question = await browser.navigate(url, { from: home })
  const left = await browser.submit(question, {}, { form: 'op.logoutForm', button: 'Sign out', stopBefore })
  return { status: left.status, to: left.headers['location'] }
}

import t, { type Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { logIn } from '../lab/people.ts'
import type { World } from '../lab/world.ts'
import { authorizationUrl } from './authorization.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { openBrowser, openWorld } from './stage.ts'
import { basicOf } from './token-request.ts'

/** What the OP's metadata says here. */
async function readMetadata(browser: Browser, world: World, path = ''): Promise<Record<string, string>> {
  return JSON.parse((await browser.get(`${world.publicUrl}${path}/.well-known/openid-configuration`)).body)
}

/** A first sign-in at `web` with a challenge, and the token request for the code that it ends with. */
async function signInWithMetadata(
  t: Test,
  world: World,
  browser: Browser,
  metadata: Record<string, string>,
): Promise<Record<string, unknown>> {
  const { web } = world
  const query = new URL(authorizationUrl(world, web)).search
  const login = await browser.navigate(`${metadata['authorization_endpoint']}${query}`)
  t.ok(login.url.startsWith(world.publicUrl), 'the login page is at the public address', { url: login.url })
  const challenge = await logIn(browser, login, 'alice')
  expectChallenge(t, world, challenge)
  const answered: Page = await passChallenge(world, browser, challenge)
  const code = new URL(answered.url).searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: web.redirectUri }
  const headers = { authorization: basicOf(web), origin: web.url }
  const answer = await browser.post(metadata['token_endpoint'] ?? '', form, { headers })
  t.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.body)
}

t.test('an OP that calls itself by an internal name', async (t) => {
  const issuer = 'http://idp.corp.example'
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    provider: { issuer },
    upstream: { host: 'idp.corp.example' },
    op: {
      issuer,
      ignoresProxy: true,
      configuration: {
        cookies: {
          keys: ['a key'],
          long: { domain: 'corp.example', sameSite: 'none' },
          short: { domain: 'idp.corp.example' },
        },
      },
    },
  })
  const browser = openBrowser(t)
  const metadata = await readMetadata(browser, world)
  t.equal(metadata['issuer'], issuer, 'an identifier stays what ID tokens say')
  for (const [name, url] of Object.entries(metadata)) {
    if (/_endpoint$|^jwks_uri$/.test(name)) t.ok(url.startsWith(`${world.publicUrl}/`), `${name} is public`)
  }
  const tokens = await signInWithMetadata(t, world, browser, metadata)
  t.type(tokens['id_token'], 'string')
  t.notMatch(world.log.join(''), /"level":50/)
})

t.test('an OP below a path', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    below: '/idp',
  })
  const browser = openBrowser(t)
  const metadata = await readMetadata(browser, world, '/idp')
  t.equal(metadata['issuer'], `${world.publicUrl}/idp`)
  t.equal(metadata['token_endpoint'], `${world.publicUrl}/idp/connect/token`)
  const tokens = await signInWithMetadata(t, world, browser, metadata)
  t.type(tokens['id_token'], 'string')
})

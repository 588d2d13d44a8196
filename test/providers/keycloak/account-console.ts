import { createHash, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { openJourney } from '../scenario.ts'
import type { Keycloak } from './ways.ts'

/** The account console: a public client on the OP's own host, which nobody protects. Its script is played by hand. */
export async function playAccountConsole(t: Test, { stage, endpoints }: Keycloak): Promise<void> {
  const { world } = stage
  const { issuer, pages } = world.provider
  const { alice } = world.people
  const { browser } = openJourney(t, stage).journey
  const home = `${issuer}/account/`
  const start = await browser.navigate(home)
  t.match(start.text, /Loading the Account Console/)
  t.match(start.body, `"authServerUrl": "${world.publicUrl}/"`, 'its script is told the public address')
  const script = /<script type="module" src="([^"]+)"/.exec(start.body)?.[1] ?? ''
  t.match(await (await fetch(new URL(script, home))).text(), /\S{100}/, 'its script arrives')

  const verifier = randomBytes(32).toString('base64url')
  const request = new URLSearchParams({
    client_id: 'account-console',
    redirect_uri: home,
    response_type: 'code',
    response_mode: 'fragment',
    scope: 'openid',
    state: 's',
    nonce: 'n',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const login = await browser.navigate(`${endpoints}/auth?${request}`)
  const page = await pages.logIn(browser, login, alice)
  t.ok(page.url.startsWith(`${home}#`), page.url)
  const code = new URLSearchParams(new URL(page.url).hash.slice(1)).get('code') ?? ''

  const origin = world.publicUrl
  const preflight = await fetch(`${endpoints}/token`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  t.equal(preflight.headers.get('access-control-allow-origin'), origin)
  const tokens = await fetch(`${endpoints}/token`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'account-console',
      code,
      redirect_uri: home,
      code_verifier: verifier,
    }),
  })
  t.equal(tokens.status, 200)
  const { access_token } = (await tokens.json()) as { access_token: string }
  const account = await fetch(home, {
    headers: { authorization: `Bearer ${access_token}`, accept: 'application/json' },
  })
  t.match(await account.json(), { id: alice.subject, username: 'alice' }, 'its API answers')
}

/** Pages and endpoints that Keycloak's own scripts need are the same through the gateway and without it. */
export async function playUntouched(t: Test, { stage, endpoints }: Keycloak): Promise<void> {
  const { publicUrl, provider } = stage.world
  const paths = ['login-status-iframe.html', '3p-cookies/step1.html', '3p-cookies/step2.html', 'certs']
  const urls = [...paths.map((path) => `${endpoints}/${path}`), `${provider.issuer}/account/`]
  for (const url of [...urls, `${provider.issuer}/.well-known/openid-configuration`, provider.issuer]) {
    const [through, direct] = await Promise.all([read(url), read(url.replace(publicUrl, provider.url))])
    t.same(through, direct, new URL(url).pathname)
  }
}

async function read(url: string) {
  const response = await fetch(url)
  const {
    'keep-alive': _alive,
    date: _date,
    connection: _kept,
    ...headers
  } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text() }
}

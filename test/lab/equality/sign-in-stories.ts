import type { Browser, Page } from '../browser.ts'
import { fillForm } from '../form-filling.ts'
import { readForms } from '../html.ts'
import type { ClientRegistration } from '../providers/kit.ts'
import { authorizationUrl, codeVerifier, credentialsOf, originOf, type Scene, type Story } from './story.ts'

/** Sign-ins from the login page to the tokens. */
export const SIGN_IN_STORIES: readonly Story[] = [
  {
    name: 'a sign-in with a wrong password first, and all that the tokens are good for',
    tell: async (scene) => {
      const { browser } = scene.lane
      const { pages, people } = scene.provider
      const login = await browser.navigate(authorizationUrl(scene, scene.open))
      const again = await mistype(browser, login)
      const code = readCode(await pages.logIn(browser, again, people.alice), scene.open)
      await useTokens(scene, code)
    },
  },
  ...['fragment', 'form_post'].map((mode) => signInBy({ response_mode: mode })),
  signInBy({ response_type: 'code id_token' }),
  {
    name: 'a consent page',
    tell: async (scene) => {
      const { browser } = scene.lane
      const { pages, people } = scene.provider
      const request = authorizationUrl(scene, scene.asking, { prompt: 'consent' })
      const asked = await pages.logIn(browser, await browser.navigate(request), people.alice)
      // Not every OP asks for what it gives away.
      const answered = pages.isConsent(asked) ? await pages.consent(browser, asked) : asked
      const code = readCode(answered, scene.asking)
      await redeem(scene, scene.asking, code)
    },
  },
  {
    name: 'a session: no page the second time, prompt=none, prompt=login, and a logout',
    tell: async (scene) => {
      const { browser } = scene.lane
      const { pages, people } = scene.provider
      const url = authorizationUrl(scene, scene.open)
      const first = await pages.logIn(browser, await browser.navigate(url), people.bob)
      const code = readCode(first, scene.open)
      const { id_token } = await redeem(scene, scene.open, code)
      await browser.navigate(url)
      await browser.navigate(authorizationUrl(scene, scene.open, { prompt: 'none' }))
      await browser.navigate(authorizationUrl(scene, scene.open, { prompt: 'login' }))
      const logout = scene.endpoints['end_session_endpoint']
      const [back = ''] = scene.open.postLogoutRedirectUris
      await browser.navigate(`${logout}`)
      const hint = new URLSearchParams({ id_token_hint: id_token ?? '', post_logout_redirect_uri: back })
      await pages.confirmLogout(browser, await browser.navigate(`${logout}?${hint}`))
      await browser.navigate(authorizationUrl(scene, scene.open, { prompt: 'none' }))
    },
  },
]

/** Sends the login form with a name and a password that is not the one; a login by scripts has none. */
async function mistype(browser: Browser, page: Page): Promise<Page> {
  const forms = readForms(page.body)
  const form = forms.findIndex(({ fields }) => fields.some(({ name }) => name === 'password'))
  const user = forms[form]?.fields.find(({ name }) => name === 'user' || name === 'username')?.name
  if (user === undefined) return page
  return browser.submit(page, { [user]: 'alice', password: 'not this one' }, { form })
}

function signInBy(changes: Record<string, string>): Story {
  return {
    name: `a sign-in with ${new URLSearchParams(changes)}`,
    tell: async (scene) => {
      const { browser } = scene.lane
      const login = await browser.navigate(authorizationUrl(scene, scene.open, changes))
      // Not every OP knows every way to answer: its refusal is recorded too.
      if (!scene.provider.pages.isLogin(login)) return
      const last = await scene.provider.pages.logIn(browser, login, scene.provider.people.alice)
      const code = findCode(last, scene.open)
      if (code !== undefined) await redeem(scene, scene.open, code)
    },
  }
}

/** The code of the authorization response that led to the client, whichever way it went. */
function findCode(page: Page, client: ClientRegistration): string | undefined {
  const [redirectUri = ''] = client.redirectUris
  const form = readForms(page.body).find(({ action }) => action.startsWith(redirectUri))
  const urls = [page.url, ...page.hops.flatMap(({ next }) => next ?? [])]
  const url = urls.findLast((one) => one.startsWith(redirectUri) && /[?#]/.test(one)) ?? ''
  const answer =
    form === undefined
      ? new URLSearchParams(url.replace(/^[^?#]*[?#]/, ''))
      : fillForm(page.body, {}, {}).entries
  return answer.get('code') ?? undefined
}

function readCode(page: Page, client: ClientRegistration): string {
  const code = findCode(page, client)
  if (code === undefined) throw new Error(`no code came: ${page.status} ${page.url}: ${page.text}`)
  return code
}

type Tokens = Readonly<Partial<Record<'access_token' | 'id_token' | 'refresh_token', string>>>

async function redeem(
  scene: Scene,
  client: ClientRegistration,
  code: string,
  what = 'a code',
): Promise<Tokens> {
  const { body } = await scene.lane.ask({
    method: 'POST',
    target: scene.endpoints['token_endpoint'] ?? '',
    body: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: client.redirectUris[0] ?? '',
      code_verifier: codeVerifier,
      ...credentialsOf(client),
    },
    what,
  })
  return JSON.parse(body) as Tokens
}

async function useTokens(scene: Scene, code: string): Promise<void> {
  const { endpoints, lane, open } = scene
  const own = credentialsOf(open)
  const post = async (name: string, body: Record<string, string>, what: string) => {
    const target = endpoints[name]
    return target === undefined ? undefined : lane.ask({ method: 'POST', target, body, what })
  }
  const { access_token = '', refresh_token = '' } = await redeem(scene, open, code)
  const userinfo = endpoints['userinfo_endpoint'] ?? ''
  const authorization = `Bearer ${access_token}`
  const origin = originOf(open)
  await lane.ask({ target: userinfo, headers: { authorization }, what: 'a good token' })
  await lane.ask({ target: userinfo, headers: { authorization, origin }, what: 'a good token and an Origin' })
  await lane.ask({ method: 'HEAD', target: userinfo, headers: { authorization } })
  await post('userinfo_endpoint', { access_token }, 'a good token in the body')
  await post('introspection_endpoint', { token: access_token, ...own }, 'a good token')
  await post('introspection_endpoint', { token: 'none', ...own }, 'a bad token')
  await post('introspection_endpoint', { token: access_token }, 'nobody asks')
  await post('token_endpoint', { grant_type: 'refresh_token', refresh_token, ...own }, 'a refresh token')
  await post('revocation_endpoint', { token: access_token, ...own }, 'a good token')
  await lane.ask({ target: userinfo, headers: { authorization }, what: 'a revoked token' })
  await redeem(scene, open, code, 'the same code once more')
}

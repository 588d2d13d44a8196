import { existsSync } from 'node:fs'
import type { Browser, Page } from '../../browser.ts'
import type { Application, ApplicationKit, ApplicationPlan } from '../../providers/kit.ts'
import { APACHE, startApache } from './apache.ts'
import { PATHS, REDIRECT_PATH, SIGNED_OUT_PATH } from './configuration.ts'

const MODULE = '/usr/lib/apache2/modules/mod_auth_openidc.so'
const SESSION_COOKIE = 'mod_auth_openidc_session'

/** Debian's mod_auth_openidc: a virtual host with a protected location for each application. */
export const modAuthOpenidcKit: ApplicationKit = {
  name: 'mod_auth_openidc',
  findMissing: async () =>
    existsSync(APACHE) && existsSync(MODULE)
      ? undefined
      : 'apache2 and libapache2-mod-auth-openidc are not installed: npm run test:providers:setup',
  start: async (issuer, plans) => {
    const hosts = plans.map((plan) => ({ ...plan, host: `${plan.clientId}.localhost` }))
    const apache = await startApache(issuer, hosts)
    const applications = hosts.map((plan) => describeApplication(plan, `http://${plan.host}:${apache.port}`))
    return { applications, close: apache.close }
  },
}

function describeApplication(plan: ApplicationPlan, url: string): Application {
  const { clientId, clientSecret, clientAuth = 'client_secret_basic', consent } = plan
  const redirectUri = `${url}${REDIRECT_PATH}`
  const signedOut = `${url}${SIGNED_OUT_PATH}`
  return {
    registration: {
      clientId,
      clientSecret,
      clientAuth,
      redirectUris: [redirectUri],
      postLogoutRedirectUris: [signedOut],
      consent,
    },
    startSignIn: async (browser, prompt) => {
      await forgetSession(browser, url)
      return browser.navigate(`${url}${PATHS[prompt ?? 'usual']}`)
    },
    findSubject: (browser) => findSubject(browser, redirectUri),
    findError: (page) => (page.url.startsWith(url) ? readError(page) : undefined),
    startLogout: (browser) => {
      const logout = new URLSearchParams({ logout: signedOut })
      return browser.navigate(`${redirectUri}?${logout}`, { from: url })
    },
  }
}

/** It starts no sign-in while it has a session, so that the session ends first, as when it has run out. */
async function forgetSession({ jar }: Browser, url: string): Promise<void> {
  for (const { domain, path, key } of await jar.getCookies(url)) {
    if (key === SESSION_COOKIE) await jar.store.removeCookie(domain ?? '', path ?? '', key)
  }
}

/** Asks the module's own hook (OIDCInfoHook), which answers 401 where there is no session. */
async function findSubject(browser: Browser, redirectUri: string): Promise<string | undefined> {
  const { status, body, text } = await browser.get(`${redirectUri}?info=json`)
  if (status === 401) return undefined
  if (status !== 200) throw new Error(`mod_auth_openidc answered ${status}: ${text}`)
  const { id_token: idToken, userinfo } = JSON.parse(body)
  if (idToken.sub !== userinfo?.sub) {
    throw new Error(`the ID token is of ${idToken.sub}, and userinfo of ${userinfo?.sub}`)
  }
  return idToken.sub
}

/**
 * The error that the module shows. Of one that came by query together with `iss` (RFC 9207) 2.4.12 knows nothing: it
 * takes the request for a login that a third party starts (OpenID Connect Core 4) and complains of that, whoever sent
 * it. Then what counts is what it got.
 */
function readError({ url, text }: Page): string | undefined {
  const { searchParams } = new URL(url)
  const isMistaken = text.includes('"target_link_uri"') && searchParams.has('iss')
  if (isMistaken) return searchParams.get('error') ?? undefined
  return /\berror: (\S+) description:/.exec(text)?.[1]
}

import type { Browser, Page } from '../../browser.ts'
import type { Application, ApplicationKit, ClientRegistration } from '../../providers/kit.ts'
import { startTogether } from '../../start-together.ts'
import { findMissing, type HostedPlan, startApplications } from './applications.ts'

/** Auth0's middleware for Express. Its requests have the same `state` in every browser. */
export const expressOpenidConnectKit: ApplicationKit = {
  name: 'express-openid-connect',
  findMissing,
  start: async (issuer, plans) => {
    const { hosted, stop } = await startApplications('express-openid-connect', issuer, plans)
    return { applications: hosted.map(describeExpress), close: stop }
  },
}

/** Auth.js on Express. Its requests have no `state`. */
export const authJsKit: ApplicationKit = {
  name: 'auth-js',
  findMissing,
  start: async (issuer, plans) => {
    const { hosted, stop } = await startApplications('auth-js', issuer, plans)
    return { applications: hosted.map(describeAuthJs), close: stop }
  },
}

/**
 * oidc-client-ts, an application of scripts, for a real browser. All are at `localhost`, like the OP: a frame of another
 * site gets no cookies.
 */
export const oidcClientTsKit: ApplicationKit = {
  name: 'oidc-client-ts',
  findMissing,
  start: (issuer, plans) =>
    startTogether(async (keep) => {
      const applications: Application[] = []
      for (const plan of plans) {
        const here = [{ ...plan, host: 'localhost' }]
        const { hosted, stop } = await startApplications('oidc-client-ts', issuer, here)
        keep({ close: stop })
        applications.push(...hosted.map(describeScripts))
      }
      return { applications }
    }),
}

function describeScripts(plan: HostedPlan): Application {
  const cannot = () => Promise.reject(new Error('it takes a browser with scripts'))
  return {
    // A path of its own: which port of this machine it is may make no difference (RFC 8252 7.3).
    registration: register(
      plan,
      ['callback', 'popup', 'silent'].map((end) => `/${plan.clientId}/${end}`),
      '/',
    ),
    startSignIn: cannot,
    findSubject: cannot,
    findError: () => undefined,
    startLogout: cannot,
  }
}

function describeExpress(plan: HostedPlan): Application {
  const { url } = plan
  return {
    registration: register(plan, ['/callback'], '/signed-out'),
    sharesState: true,
    remembersLastOnly: true,
    startSignIn: (browser, prompt) =>
      browser.navigate(`${url}/login${prompt === undefined ? '' : `?prompt=${prompt}`}`, { from: url }),
    findSubject: (browser) => findSubject(browser, url),
    findError: ({ url: at, text }) =>
      at.startsWith(`${url}/callback`) ? /^error (\S+) end$/.exec(text)?.[1] : undefined,
    startLogout: (browser) => browser.navigate(`${url}/logout`, { from: url }),
    refresh: async (browser) => (await browser.post(`${url}/refresh`, {}, { from: url })).status === 200,
  }
}

function describeAuthJs(plan: HostedPlan): Application {
  const { url } = plan
  return {
    registration: register(plan, ['/auth/callback/op'], '/'),
    sharesState: true,
    remembersLastOnly: true,
    startSignIn: async (browser, prompt) => {
      const page = await browser.navigate(`${url}/auth/signin`)
      const { csrfToken } = JSON.parse((await browser.get(`${url}/auth/csrf`)).body)
      const query = prompt === undefined ? '' : `?prompt=${prompt}`
      const form = { csrfToken, callbackUrl: `${url}/` }
      return browser.post(`${url}/auth/signin/op${query}`, form, { from: page.url })
    },
    findSubject: (browser) => findSubject(browser, url),
    findError: (page) => (page.url.startsWith(url) ? findSentError(page, url) : undefined),
    startLogout: (browser) => browser.navigate(`${url}/logout`, { from: url }),
  }
}

/** Auth.js shows the same words for every error: what counts is what it got. */
function findSentError({ hops }: Page, url: string): string | undefined {
  const sent = hops.findLast((hop) => hop.url.startsWith(`${url}/auth/callback/op`))
  return (sent && new URL(sent.url).searchParams.get('error')) ?? undefined
}

async function findSubject(browser: Browser, url: string): Promise<string | undefined> {
  const { sub } = JSON.parse((await browser.get(`${url}/claims.json`)).body)
  return sub
}

function register(plan: HostedPlan, paths: readonly string[], signedOut: string): ClientRegistration {
  const { clientId, clientSecret, clientAuth, consent, url } = plan
  return {
    clientId,
    clientSecret,
    clientAuth,
    redirectUris: paths.map((path) => `${url}${path}`),
    postLogoutRedirectUris: [`${url}${signedOut}`],
    consent,
  }
}

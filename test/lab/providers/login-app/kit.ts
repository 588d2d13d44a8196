import { startOp } from '../../op.ts'
import { startTogether } from '../../start-together.ts'
import type { ProviderKit, ProviderPages, ProviderSetup } from '../kit.ts'
import { configureGateway, describeClient, findPeople, oidcProviderPages } from '../oidc-provider/kit.ts'
import { LOGIN_HOST, startLoginApp } from './app.ts'
import { askLoginApp } from './policy.ts'

/** oidc-provider with a login app on another origin, through which it sends people with a session too. */
export const loginAppKit: ProviderKit = {
  name: 'login-app',
  findMissing: async () => undefined,
  tellsBrowserOnly: true,
  // It wants offline_access and a consent for them.
  lacksRefreshTokens: true,
  start: (setup) =>
    startTogether(async (keep) => {
      const loginApp = keep(await startLoginApp())
      const op = keep(
        await startOp({
          issuer: setup.publicUrl,
          port: setup.port,
          clients: setup.clients.map(describeClient),
          configuration: { interactions: await askLoginApp(loginApp.url) },
        }),
      )
      loginApp.serve(op)
      return {
        url: op.url,
        issuer: op.issuer,
        configuration: configureByBrowser(setup),
        people: findPeople(op),
        pages,
      }
    }),
}

/** It redirects even who is signed in to the login app, where the gateway has no cookies: the browser itself asks. */
function configureByBrowser(setup: ProviderSetup) {
  const { probe, ...rest } = configureGateway(setup)
  return { ...rest, probe: { ...probe, by: 'browser' } }
}

const pages: ProviderPages = {
  ...oidcProviderPages,
  isLogin: ({ status, url, body }) =>
    status === 200 && new URL(url).hostname === LOGIN_HOST && body.includes('name="password"'),
  isConsent: ({ url, text }) =>
    new URL(url).hostname === LOGIN_HOST && text.includes('The application would get:'),
}

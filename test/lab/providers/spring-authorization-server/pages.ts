import type { ProviderPages } from '../kit.ts'

/** The pages that Spring Authorization Server comes with. */
export const springPages: ProviderPages = {
  isLogin: ({ status, url, body }) =>
    status === 200 && new URL(url).pathname === '/login' && body.includes('name="password"'),
  logIn: (browser, page, { username, password }) => browser.submit(page, { username, password }),
  isConsent: ({ body }) => body.includes('name="consent_form"'),
  consent: (browser, page) => browser.submit(page, { scope: 'profile' }),
  // It asks nothing.
  confirmLogout: async (_browser, page) => page,
}

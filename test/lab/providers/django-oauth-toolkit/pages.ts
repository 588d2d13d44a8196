import type { ProviderPages } from '../kit.ts'

/** The pages of django-oauth-toolkit, and the login page of the site. */
export const djangoPages: ProviderPages = {
  isLogin: ({ status, url, body }) =>
    status === 200 && new URL(url).pathname === '/accounts/login/' && body.includes('name="password"'),
  logIn: (browser, page, { username, password }) => browser.submit(page, { username, password }),
  takeOver: (browser, page, { username, password }) => browser.submit(page, { username, password }),
  isConsent: ({ body, text }) => body.includes('id="authorizationForm"') && text.includes('Authorize'),
  consent: (browser, page) => browser.submit(page, {}, { button: 'Authorize' }),
  confirmLogout: async (browser, page) =>
    page.text.includes('Confirm Logout') ? browser.submit(page, {}, { button: 'Logout' }) : page,
}

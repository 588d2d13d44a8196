import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from '../../browser.ts'
import { readForms } from '../../html.ts'
import type { Person, ProviderPages } from '../kit.ts'

/** Pages of Keycloak's own theme, told apart by the ids and fields of their forms. */
export const keycloakPages: ProviderPages = {
  isLogin: (page) => findForm(page, 'kc-form-login') !== undefined && !isCodeForm(page),
  logIn,
  isConsent: (page) => page.body.includes('kc-oauth'),
  consent: (browser, page) => browser.submit(page, {}, { button: 'Yes' }),
  confirmLogout: async (browser, page) =>
    page.body.includes('kc-logout-confirm') ? browser.submit(page, {}, { button: 'Logout' }) : page,
}

async function logIn(browser: Browser, page: Page, person: Person): Promise<Page> {
  const { username, password } = person
  // Whoever is to prove the same identity again is not asked for the name.
  const asksName = findForm(page, 'kc-form-login')?.fields.some(
    ({ name, kind }) => name === 'username' && kind === 'value',
  )
  const fields = asksName ? { username, password } : { password }
  const next = await browser.submit(page, fields, { form: 'kc-form-login' })
  return isCodeForm(next) ? answerCode(browser, next, person) : next
}

function findForm(page: Page, id: string) {
  return readForms(page.body).find((form) => form.id === id)
}

function isCodeForm(page: Page): boolean {
  return findForm(page, 'kc-otp-login-form') !== undefined
}

function answerCode(browser: Browser, page: Page, { username, totpSecret }: Person): Promise<Page> {
  if (totpSecret === undefined) throw new Error(`${username} has no TOTP, but is asked for a code`)
  const otp = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate()
  return browser.submit(page, { otp }, { form: 'kc-otp-login-form' })
}

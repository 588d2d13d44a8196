import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from '../../browser.ts'
import { readForms } from '../../html.ts'
import type { Person, ProviderPages } from '../kit.ts'

/** The portal's pages. Its texts come from a script, so that pages are told apart by their forms. */
export const lemonldapPages: ProviderPages = {
  isLogin: (page) => findForm(page, 'password') !== undefined || isRenewal(page),
  answersFirstTab: true,
  async logIn(browser, page, person) {
    const asked = isRenewal(page) ? await browser.submit(page, {}, { form: 'upgrd' }) : page
    const next = await browser.submit(
      asked,
      { user: person.username, password: person.password },
      { form: 'lform' },
    )
    return isCodeForm(next) ? answerCode(browser, next, person) : next
  },
  isConsent: (page) => page.body.includes('oidc_consent_message'),
  consent: (browser, page) => browser.submit(page, {}, { form: 'form' }),
  async confirmLogout(browser, page) {
    return page.body.includes('oidc_logout_message') ? browser.submit(page, {}, { form: 'form' }) : page
  },
}

function findForm(page: Page, field: string) {
  return readForms(page.body).find(({ fields }) => fields.some(({ name }) => name === field))
}

/** The page before a second login, for `prompt=login` and `max_age`. */
function isRenewal(page: Page): boolean {
  return readForms(page.body).some(({ id }) => id === 'upgrd')
}

function isCodeForm(page: Page): boolean {
  return page.body.includes('/totp2fcheck')
}

function answerCode(browser: Browser, page: Page, { username, totpSecret }: Person): Promise<Page> {
  if (totpSecret === undefined) throw new Error(`${username} has no TOTP, but is asked for a code`)
  const code = new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate()
  return browser.submit(page, { code }, { form: 'totp2fcheck' })
}

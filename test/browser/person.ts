import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'

/** What a person does in a real browser, in one line each. */

/** Opens an application and presses "Sign in". */
export async function startSignIn(page: Page, applicationUrl: string): Promise<void> {
  await page.goto(applicationUrl)
  await page.getByRole('link', { name: 'Sign in' }).click()
}

/** Fills the OP's login form; the password of everybody is the name. */
export async function logIn(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(username)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Sets up an authenticator app with the key that the page shows; gives the key. */
export async function enrolApp(page: Page): Promise<string> {
  await page.getByRole('heading', { name: 'Set up an authenticator app' }).waitFor()
  await page.getByText('Can’t scan it?').click()
  const key = ((await page.locator('#secret').textContent()) ?? '').replaceAll(/\s/g, '')
  await page.locator('#code').fill(new TOTP({ secret: Secret.fromBase32(key) }).generate())
  await page.getByRole('button', { name: 'Turn on' }).click()
  return key
}

/** Types a code into the challenge. */
export async function typeCode(page: Page, code: string): Promise<void> {
  await page.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
  await page.locator('#code').fill(code)
  await page.getByRole('button', { name: 'Confirm' }).click()
}

export async function cancelChallenge(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Cancel' }).click()
}

/** Waits for the page that greets a signed-in person by name. */
export async function waitForGreeting(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name: `Hello ${name}` }).waitFor()
}

/** The claims that an application of the lab holds for this browser; empty if nobody is signed in. */
export async function readClaims(page: Page, applicationUrl: string): Promise<unknown> {
  const response = await page.goto(`${applicationUrl}/claims.json`)
  return response?.json()
}

/** Whether a person would have to scroll sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
}

import { passChallenge } from '../e2e/challenge.ts'
import { meetPasskeyPerson, preparePasskeys } from '../e2e/passkey-person.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { isLoginPage, logIn, readClaims, startSignIn } from '../lab/people.ts'
import type { Rp } from '../lab/rp.ts'
import type { RollingWorld } from './rolling-world.ts'

/** How somebody signs in: at a protected client with and without a challenge and by passkey, or at one that is off. */
export type Kind = 'allowed' | 'challenged' | 'passkey' | 'off'

export const kinds: readonly Kind[] = ['allowed', 'challenged', 'passkey', 'off']

/** Somebody who signs in again and again. */
export interface Person {
  readonly kind: Kind
  /** A whole sign-in, from the application and back. @throws SignInFailure */
  signIn(): Promise<void>
}

/** A sign-in that ended elsewhere than at the application, with tokens of that person. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure'
  readonly page: Page

  constructor(what: string, page: Page) {
    super(`${what}: ${page.status} ${page.text.slice(0, 400)}`)
    this.page = page
  }

  /** By which the log tells more. */
  get supportId(): string | undefined {
    return /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(this.page.text)?.[0]
  }

  /** Method, path and status of each request on the last part of the way. */
  get way(): string {
    return this.page.hops
      .map(({ method, url, status }) => `${method} ${new URL(url).pathname} ${status}`)
      .join(' > ')
  }
}

/** The names of so many people of each kind. */
export function namePeople(count: number): string[] {
  return kinds.flatMap((kind) => Array.from({ length: count }, (_, at) => `${kind}-${at}`))
}

/** Meets the person of a name. */
export async function meet(world: RollingWorld, username: string): Promise<Person> {
  const [kind] = username.split('-')
  switch (kind as Kind) {
    case 'passkey':
      return meetWithPasskey(world, username)
    case 'challenged':
      return inNewBrowsers('challenged', async (browser) => {
        const challenge = await enterPassword(browser, world.web, username)
        await expectSignedIn(
          browser,
          await answerChallenge(world, browser, challenge, username),
          world.web,
          username,
        )
      })
    case 'allowed':
      return inNewBrowsers('allowed', async (browser) =>
        expectSignedIn(browser, await enterPassword(browser, world.web, username), world.web, username),
      )
    case 'off':
      return inNewBrowsers('off', async (browser) =>
        expectSignedIn(browser, await enterPassword(browser, world.other, username), world.other, username),
      )
  }
}

function inNewBrowsers(kind: Kind, use: (browser: Browser) => Promise<void>): Person {
  return {
    kind,
    async signIn() {
      const browser = new Browser()
      await use(browser).finally(() => browser.close())
    },
  }
}

/** Adds a passkey first, and then uses it. */
async function meetWithPasskey(world: RollingWorld, username: string): Promise<Person> {
  preparePasskeys(world)
  const owner = meetPasskeyPerson(world)
  const { browser, authenticator } = owner
  await answerChallenge(world, browser, await enterPassword(browser, world.web, username), username)
  const page = await browser.navigate(`${world.publicUrl}/step-up/passkeys`)
  await answerChallenge(world, browser, page, username)
  const { error } = await owner.addPasskey()
  if (error !== undefined) throw new Error(`no passkey was added: ${error}`)
  await owner.leave()
  return {
    kind: 'passkey',
    async signIn() {
      const person = meetPasskeyPerson(world, new Browser(), authenticator)
      try {
        const login = await startSignIn(person.browser, world.web)
        if (!isLoginPage(login)) throw new SignInFailure('no login page', login)
        const { data, error = '' } = await person.usePasskey()
        if (data?.token === undefined) throw new SignInFailure(`the passkey was not taken (${error})`, login)
        const end = await person.enter(login.url, data.token)
        await expectSignedIn(person.browser, end, world.web, username)
      } finally {
        await person.leave()
      }
    },
  }
}

async function enterPassword(browser: Browser, rp: Rp, username: string): Promise<Page> {
  const login = await startSignIn(browser, rp)
  if (!isLoginPage(login)) throw new SignInFailure('no login page', login)
  return logIn(browser, login, username)
}

async function answerChallenge(
  world: RollingWorld,
  browser: Browser,
  page: Page,
  username: string,
): Promise<Page> {
  if (!page.url.startsWith(`${world.authsignal.hostedUrl}/challenge?`))
    throw new SignInFailure('no challenge', page)
  return passChallenge(world, browser, page, `user-${username}`)
}

/** The application has redeemed the code, and holds the claims of an ID token of this person. */
async function expectSignedIn(browser: Browser, page: Page, rp: Rp, username: string): Promise<void> {
  if (page.url !== `${rp.url}/`) throw new SignInFailure('not back at the application', page)
  const { sub, aud } = await readClaims(browser, rp)
  if (sub !== `user-${username}` || aud !== rp.clientId)
    throw new SignInFailure(`signed in as ${sub} for ${aud}`, page)
}

import type { Test } from 'tap'
import { passChallenge } from '../e2e/challenge.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { sendFormPosts } from '../lab/providers/auto-submit.ts'
import type { ApplicationSet } from '../lab/providers/columns.ts'
import type { Application, Person } from '../lab/providers/kit.ts'
import type { ProviderWorld } from '../lab/providers/world.ts'

/** Where one cell of the matrix is played. */
export interface Stage {
  readonly world: ProviderWorld
  readonly applications: ApplicationSet
}

/** One browser of a person, which remembers all that it saw. */
export class Journey {
  readonly browser = new Browser()
  readonly stage: Stage
  readonly #seen: Page[] = []

  constructor(t: Test, stage: Stage) {
    this.stage = stage
    t.teardown(() => this.browser.close())
  }

  /** Every page since the last sign-in was started. */
  get seen(): readonly Page[] {
    return this.#seen
  }

  start(application: Application, prompt?: 'none' | 'login'): Promise<Page> {
    this.#seen.length = 0
    return this.#arrive(application.startSignIn(this.browser, prompt))
  }

  /** The same, with a request that the application pushes beforehand. */
  push(application: Application): Promise<Page> {
    if (application.startPushed === undefined) throw new Error('this application pushes no requests')
    this.#seen.length = 0
    return this.#arrive(application.startPushed(this.browser))
  }

  logIn(page: Page, person: Person): Promise<Page> {
    return this.#arrive(this.stage.world.provider.pages.logIn(this.browser, page, person))
  }

  /** The whole way of a sign-in for which the OP asks the password. */
  async signIn(application: Application, person: Person): Promise<Page> {
    return this.logIn(await this.start(application), person)
  }

  consent(page: Page): Promise<Page> {
    return this.#arrive(this.stage.world.provider.pages.consent(this.browser, page))
  }

  pass(page: Page, person: Person): Promise<Page> {
    return this.#arrive(passChallenge(this.stage.world, this.browser, page, person.subject))
  }

  click(page: Page, words: string): Promise<Page> {
    return this.#arrive(this.browser.click(page, words))
  }

  /** Loads a tab's page once more. */
  reload({ url }: Page): Promise<Page> {
    return this.#arrive(this.browser.navigate(url))
  }

  /** Goes back in a tab's history to the authorization request that its application made. */
  repeatRequest(tab: Page): Promise<Page> {
    const request = tab.hops.find(({ url }) => {
      const { origin, searchParams } = new URL(url)
      return origin === this.stage.world.publicUrl && searchParams.has('redirect_uri')
    })
    if (request === undefined) throw new Error(`no authorization request led to ${tab.url}`)
    return this.#arrive(this.browser.navigate(request.url))
  }

  async logOut(application: Application): Promise<Page> {
    const question = await application.startLogout(this.browser)
    return this.#arrive(this.stage.world.provider.pages.confirmLogout(this.browser, question))
  }

  /** Another person takes the browser over, in the way that this OP has for it; up to the answer to the login. */
  async takeOver(application: Application, person: Person): Promise<Page> {
    const { pages } = this.stage.world.provider
    if (pages.takeOver !== undefined) {
      const login = await this.start(application, 'login')
      return this.#arrive(pages.takeOver(this.browser, login, person))
    }
    await this.logOut(application)
    return this.signIn(application, person)
  }

  async #arrive(going: Promise<Page>): Promise<Page> {
    const first = await going
    this.#seen.push(first)
    const page = (await this.stage.world.provider.pages.settle?.(this.browser, first)) ?? first
    if (page !== first) this.#seen.push(page)
    const { applications } = this.stage
    const addresses = Object.values(applications).flatMap(({ registration }) => registration.redirectUris)
    const sent = await sendFormPosts(this.browser, page, addresses)
    if (sent !== page) this.#seen.push(sent)
    return sent
  }
}

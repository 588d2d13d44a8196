import type { Browser, Page } from '../browser.ts'

/** A person who can sign in at an OP of the lab. */
export interface Person {
  readonly username: string
  readonly password: string
  /** The `sub` that applications see, by which the gateway knows the person too. */
  readonly subject: string
  /** The secret of the OP's own TOTP, in base32, where the person has that second factor. */
  readonly totpSecret?: string
}

/** Who can sign in: alice and bob have a password only, dave has the OP's own second factor too. */
export interface People {
  readonly alice: Person
  readonly bob: Person
  readonly dave: Person
}

/** A confidential client that the OP has to know. */
export interface ClientRegistration {
  readonly clientId: string
  readonly clientSecret: string
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post'
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Whether its users are asked for consent. */
  readonly consent: boolean
  /** Where the OP tells that a session ended (OpenID Connect Back-Channel Logout 1.0). */
  readonly backchannelLogoutUri?: string
  /** Where the OP's logout page leads a frame to (OpenID Connect Front-Channel Logout 1.0). */
  readonly frontchannelLogoutUri?: string
}

/** What an OP has to know before it starts. */
export interface ProviderSetup {
  /** The origin that browsers and RPs use: the gateway's, or the OP's own where nothing stands in front. */
  readonly publicUrl: string
  /** The loopback port of the OP itself. */
  readonly port: number
  /** The gateway's own client among them. */
  readonly clients: readonly ClientRegistration[]
}

/** What a person meets at this OP's pages, and how a person answers. */
export interface ProviderPages {
  isLogin(page: Page): boolean
  /** Whether a login, in whatever tab, answers the sign-in that was begun first in the browser; else that tab's. */
  readonly answersFirstTab?: boolean
  /** Fills the login form, and the form of the OP's own second factor where it asks this person. */
  logIn(browser: Browser, page: Page, person: Person): Promise<Page>
  /**
   * The same on a login page that the OP shows while somebody else is signed in (`prompt=login`). Absent where the OP
   * lets nobody take over: then the other has to sign out first.
   */
  takeOver?(browser: Browser, page: Page, person: Person): Promise<Page>
  /** Goes past a page on which a person with a session has only to press "continue"; absent where there is none. */
  settle?(browser: Browser, page: Page): Promise<Page>
  isConsent(page: Page): boolean
  consent(browser: Browser, page: Page): Promise<Page>
  /** Answers the questions of a logout, if there are any, up to the page on which the session has ended. */
  confirmLogout(browser: Browser, page: Page): Promise<Page>
}

/** An OP that answers. */
export interface RunningProvider {
  /** Its own origin: `upstream.url`. */
  readonly url: string
  readonly issuer: string
  /** Keys of `provider` in the gateway's configuration, the preset's name among them; the probe's secret too. */
  readonly configuration: Readonly<Record<string, unknown>>
  readonly people: People
  /** For how long after a login `prompt=login` is content with it, in milliseconds; a second if absent. */
  readonly freshLoginMs?: number
  readonly pages: ProviderPages
  close(): Promise<void>
}

/** A kind of OP that the suite can start on loopback. */
export interface ProviderKit {
  readonly name: string
  /** What has to be installed and isn't, in one line; undefined if it can start. */
  findMissing(): Promise<string | undefined>
  /** The issuer that it will have behind a public origin, for applications that start first; absent: the origin itself. */
  issuerOf?(publicUrl: string): string
  /** It shows its login page to `prompt=none` where the standard wants the error `login_required`. */
  readonly ignoresPromptNone?: boolean
  /** Only the browser itself learns who its user is (`probe.by: browser`): where it can't be sent, nobody is known. */
  readonly tellsBrowserOnly?: boolean
  /** How it refuses `prompt=none` in its own way, without a session and with one: an error for the client, or a status. */
  readonly refusesPromptNone?: readonly [stranger: string | number, known: string | number]
  /** It takes `prompt=login` for any other request: who has a session is not asked again. */
  readonly ignoresPromptLogin?: boolean
  /** A login of the same person in a session changes nothing in ID tokens. */
  readonly keepsSessionAtLogin?: boolean
  /** After a login it sends the browser to the authorization endpoint once more: then there is a session, but no code yet. */
  readonly repeatsRequest?: boolean
  /** It has no form_post, or one that an application can't read. */
  readonly lacksFormPost?: boolean
  /** It has no endpoint for pushed authorization requests (RFC 9126). */
  readonly lacksPushedRequests?: boolean
  /** Nobody is asked for a consent on the way to a code. */
  readonly lacksConsent?: boolean
  /** It knows no second factor that `amr` would tell of. */
  readonly lacksSecondFactor?: boolean
  /** Clients get no refresh tokens from it, for the scope that the applications ask for. */
  readonly lacksRefreshTokens?: boolean
  /** How clients have to authenticate here; as they like if absent. */
  readonly clientAuth?: ClientRegistration['clientAuth']
  start(setup: ProviderSetup): Promise<RunningProvider>
}

/** One application of a scenario, as planned before anything runs. */
export interface ApplicationPlan {
  readonly clientId: string
  readonly clientSecret: string
  readonly consent: boolean
  /** How it has to authenticate; as it likes if absent. */
  readonly clientAuth?: ClientRegistration['clientAuth']
  /** How it asks for its authorization responses. */
  readonly responseMode?: 'query' | 'form_post'
}

/** An application that runs, with what a person can do there. */
export interface Application {
  readonly registration: ClientRegistration
  /** Its requests all have the same `state`, or none. */
  readonly sharesState?: boolean
  /** It remembers the last sign-in that it began in a browser, and no other. */
  readonly remembersLastOnly?: boolean
  /** Opens it where a sign-in is needed; `prompt` goes along. */
  startSignIn(browser: Browser, prompt?: 'none' | 'login'): Promise<Page>
  /** The same, with a request that was pushed to the OP beforehand (RFC 9126); absent where it can't. */
  startPushed?(browser: Browser): Promise<Page>
  /**
   * Gets itself new tokens for whoever is signed in at it in this browser; absent where it can't.
   * @returns whether it got them
   */
  refresh?(browser: Browser): Promise<boolean>
  /** The `sub` of whoever is signed in at it in this browser. */
  findSubject(browser: Browser): Promise<string | undefined>
  /** The authorization error (RFC 6749 4.1.2.1) that it shows; undefined if it shows none. */
  findError(page: Page): string | undefined
  /** Signs out at the application and at the OP (RP-Initiated Logout 1.0), up to the OP's first answer. */
  startLogout(browser: Browser): Promise<Page>
}

/** A kind of RP that the suite can start on loopback. */
export interface ApplicationKit {
  readonly name: string
  findMissing(): Promise<string | undefined>
  /** Starts the applications before their OP: its metadata is read at `issuer` when somebody signs in first. */
  start(issuer: string, plans: readonly ApplicationPlan[]): Promise<RunningApplications>
}

export interface RunningApplications {
  /** In the order of the plans. */
  readonly applications: readonly Application[]
  close(): Promise<void>
}

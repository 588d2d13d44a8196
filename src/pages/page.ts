import type { Text } from './text.ts'

/** A page, in no language yet. */
export type Page = MessagePage | FormPostPage | PasskeysPage

interface PageFrame {
  readonly statusCode: number
  readonly title: Text
  /** What support searches the log for. */
  readonly supportId: string
  /** Language tags that the client asks for, separated by spaces (OIDC Core 3.1.2.1). */
  readonly uiLocales?: string | undefined
  /**
   * It stands between an application and its answer: a sign-in in a popup reports to the window that opened it, and a page
   * that cuts the two does so for good. It runs no script of its own and shows nothing of the user.
   */
  readonly keepsOpener?: boolean
  /** Besides those that every page has. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Directives in the place of those that every page's Content-Security-Policy has, or besides them. */
  readonly policy?: Readonly<Record<string, string>>
}

export interface Link {
  /** An http(s) URL, or a path of this origin; a link to anything else is left out. */
  readonly href: string
  readonly label: Text
}

/** What happened or is to be done, and where it goes on. */
export interface MessagePage extends PageFrame {
  readonly template: 'message'
  readonly paragraphs: readonly Text[]
  /** The first one is the one that most people want. */
  readonly links?: readonly Link[]
  /** Where the browser goes automatically and at once; the same rules as for a link. */
  readonly refreshTo?: string
  /** An address outside of the browser: it goes there automatically, and by this link. Not judged here. */
  readonly leadsOutTo?: Link
}

/** A form that the page sends automatically or by its button, or by its button only. */
export interface FormPostPage extends PageFrame {
  readonly template: 'form-post'
  readonly paragraphs: readonly Text[]
  /** Only its button sends it: it asks something. */
  readonly waits?: true
  /** Other ways on. */
  readonly links?: readonly Link[]
  readonly form: {
    /** Not judged here. */
    readonly action: string
    readonly method: 'get' | 'post'
    readonly fields: Iterable<readonly [name: string, value: string]>
    readonly label: Text
  }
}

/** The passkeys of a user. */
export interface PasskeysPage extends PageFrame {
  readonly template: 'passkeys'
  readonly passkeys: readonly ShownPasskey[]
  readonly canRemove: boolean
  readonly notice?: Text | undefined
  readonly returnHref?: string | undefined
  readonly removeHref: string
  readonly tenantId: string
  readonly baseUrl: string
  readonly username: string
  readonly displayName: string
  readonly scripts: readonly string[]
}

/** Times in epoch milliseconds. */
export interface ShownPasskey {
  readonly id: string
  readonly name: string
  /** Browser and system where it was added, if `name` says something else. */
  readonly addedWith?: string | undefined
  readonly createdAt: number
  readonly lastUsedAt?: number | undefined
}

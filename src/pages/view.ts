import type { Brand } from './brand.ts'
import { describePasskeys } from './describe-passkeys.ts'
import type { Language } from './language.ts'
import type { Link, Page } from './page.ts'
import { createSay, type Say } from './say.ts'
import { submitScript } from './submit-script.ts'

/** A page in one language, as its template gets it. */
export type View = MessageView | FormPostView | PasskeysView

interface ViewFrame extends Look {
  readonly lang: string
  readonly dir: string
  readonly title: string
  readonly supportId: string
  /** Any text of the catalogs, by its key. */
  readonly say: Say
  readonly refreshTo?: string | undefined
}

/** What is the same on all pages. */
export interface Look {
  readonly brand: Brand
  readonly style: string
}

interface MessageView extends ViewFrame {
  readonly template: 'message'
  readonly paragraphs: readonly string[]
  readonly links: readonly { readonly href: string; readonly label: string }[]
}

interface FormPostView extends ViewFrame {
  readonly template: 'form-post'
  readonly paragraphs: readonly string[]
  readonly form: {
    readonly action: string
    readonly method: string
    readonly fields: Iterable<readonly [name: string, value: string]>
    readonly label: string
  }
  readonly links: readonly { readonly href: string; readonly label: string }[]
  /** Empty where only the button sends the form. */
  readonly script: string
}

interface PasskeysView extends ViewFrame {
  readonly template: 'passkeys'
  readonly notice?: string | undefined
  readonly passkeys: readonly {
    readonly id: string
    readonly name: string
    readonly created: string
    readonly used: string
    /** What the button removes, for people who can't see its position. */
    readonly remove: string
    /** The page that asks whether to remove it. */
    readonly askHref: string
  }[]
  readonly canRemove: boolean
  readonly removeHref: string
  readonly returnHref?: string | undefined
  readonly tenantId: string
  readonly baseUrl: string
  readonly username: string
  readonly displayName: string
  readonly scripts: readonly string[]
}

/** Spaces and controls are out, since browsers drop some of them before they read the rest. */
const safeHref = /^(?:https?:\/\/|\/(?![/\\]))[\x21-\x7e]*$/i

/** Puts a page into words. */
export function createView({ brand, style }: Look, page: Page, language: Language): View {
  const say = createSay(language)
  const { title, supportId } = page
  const frame = {
    ...{ brand, style, supportId, say },
    lang: language.tag,
    dir: language.dir,
    title: say(title),
  }
  switch (page.template) {
    case 'message': {
      const { paragraphs, links = [], refreshTo, leadsOutTo, template } = page
      const ways = leadsOutTo ? [{ ...leadsOutTo, label: say(leadsOutTo.label) }] : []
      return {
        ...frame,
        template,
        paragraphs: paragraphs.map(say),
        links: [...ways, ...sayLinks(links, say)],
        refreshTo: leadsOutTo?.href ?? keepSafe(refreshTo),
      }
    }
    case 'form-post': {
      const { paragraphs, form, links = [], template } = page
      return {
        ...frame,
        template,
        paragraphs: paragraphs.map(say),
        form: { ...form, label: say(form.label) },
        links: sayLinks(links, say),
        script: page.waits ? '' : submitScript,
      }
    }
    case 'passkeys': {
      const { template, notice, returnHref, removeHref, canRemove, passkeys, scripts } = page
      const { tenantId, baseUrl, username, displayName } = page
      return {
        ...frame,
        ...{ template, removeHref, canRemove, tenantId, baseUrl, username, displayName, scripts },
        notice: notice && say(notice),
        returnHref: keepSafe(returnHref),
        passkeys: describePasskeys(passkeys).map(({ id, name, created, used }) => ({
          id,
          name,
          created: say(created),
          used: say(used),
          remove: say({ key: 'passkeyRemoveNamed', values: { name: { word: name } } }),
          askHref: `${removeHref}${removeHref.includes('?') ? '&' : '?'}id=${encodeURIComponent(id)}`,
        })),
      }
    }
  }
}

function sayLinks(links: readonly Link[], say: Say): { href: string; label: string }[] {
  return links.filter(isSafe).map(({ href, label }) => ({ href, label: say(label) }))
}

function isSafe({ href }: { readonly href: string }): boolean {
  return safeHref.test(href)
}

function keepSafe(href: string | undefined): string | undefined {
  return href !== undefined && isSafe({ href }) ? href : undefined
}

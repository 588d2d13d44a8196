import { readPageType } from '../../http/page-type.ts'
import { Refusal } from '../../refusal.ts'
import { isWideText } from './page-text.ts'

/** A page that is too long to be read, on its way: the bytes go on as long as no form in it could lead to a client. */
export interface FormWatch {
  /**
   * Takes the next bytes, gives those that may go on.
   *
   * @throws {Refusal} `upstream_unreadable`
   */
  read(chunk: Buffer): Buffer
  /** Gives what is left at the end of the page. */
  end(): Buffer
}

/** What a form may submit, or change where forms lead; a form's fields stand behind its tag. */
const inHtml = /<form[\s/>]|<base[\s/>]|formaction|srcdoc|shadowrootmode/gi
const inXml = /[<:]form[\s/>]|<!entity|<\?xml-stylesheet|srcdoc/gi

/** Of what none of these begins, no part may be on its way before its end has come. */
const longestWord = 20
const longestTag = 2048

const attribute = /\s+([\w:-]+)(?:\s*=\s*("[^"<>]*"|'[^'<>]*'|[\w./?#=%~:-]+))?/y

/**
 * @param base the page's URL.
 * @param leadsToClient whether an address of the page's own origin is the redirect URI of a protected client.
 */
export function watchForms(
  contentType: string | undefined,
  base: string,
  leadsToClient: (address: string) => boolean,
): FormWatch {
  const isMarkup = readPageType(contentType) === 'html' || readPageType(contentType) === 'guessed'
  const telling = isMarkup ? inHtml : inXml
  let held = ''
  let isFirst = true

  /** Up to where what is held may go on. */
  function judge(): number {
    // In ISO-2022-JP, which browsers guess by its escapes, these may stand within a tag's name.
    if (held.includes('\x1b')) refuse()
    for (const { 0: word, index } of held.matchAll(telling)) {
      // guard: long-page-words
      if (!isMarkup || !/^<form/i.test(word)) refuse()
      const end = held.indexOf('>', index)
      const length = (end < 0 ? held.length : end + 1) - index
      if (length > longestTag) refuse()
      if (end < 0) return index
      const action = readAction(held.slice(index, end + 1))
      // guard: long-page-forms
      if (action === undefined || !staysHome(action, base, leadsToClient)) refuse()
    }
    return Math.max(held.length - longestWord, 0)
  }

  return {
    read(chunk) {
      if (isFirst && isWideText(chunk, contentType)) refuse()
      isFirst = false
      held += chunk.toString('latin1')
      const to = judge()
      const passed = held.slice(0, to)
      held = held.slice(to)
      return Buffer.from(passed, 'latin1')
    },
    end: () => Buffer.from(held, 'latin1'),
  }
}

/** The action of a form's tag; undefined unless the tag is as plain as templates write it. */
function readAction(tag: string): string | undefined {
  const actions: string[] = []
  let at = '<form'.length
  for (let found = match(tag, at); found; found = match(tag, at)) {
    const [text, name = '', value = ''] = found
    if (name.toLowerCase() === 'action') actions.push(value.replace(/^(["'])(.*)\1$/s, '$2'))
    at += text.length
  }
  // guard: long-page-tags
  const isPlain = /^\s*\/?>$/.test(tag.slice(at)) && actions.length < 2
  return isPlain ? (actions[0] ?? '') : undefined
}

function match(tag: string, at: number): RegExpExecArray | null {
  attribute.lastIndex = at
  return attribute.exec(tag)
}

/** Within the page's own origin, in characters that mean the same to everybody. */
function staysHome(action: string, base: string, leadsToClient: (address: string) => boolean): boolean {
  const [address = ''] = action.split(/[?#]/, 1)
  if (!/^[\w.~:/%+-]*$/.test(address) || !URL.canParse(address, base)) return false
  const { origin, href } = new URL(address, base)
  return origin === new URL(base).origin && /* guard: long-page-home */ !leadsToClient(href)
}

function refuse(): never {
  throw new Refusal('upstream_unreadable', 'a page too long to be read, in which a form may lead to a client')
}

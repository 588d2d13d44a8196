import { readPageType } from '../../http/page-type.ts'
import {
  type FormPostResponse,
  hasUser,
  isResponse,
  mayBeOfResponse,
  readResponseContent,
  stripResponse,
  stripUrl,
  tellingParameters,
} from '../authorization-response.ts'
import { type FormField, type HtmlForm, listForms } from './html-forms.ts'
import { attributeOf, type HtmlPage, isHtmlElement, parseHtmlPage } from './html-page.ts'
import { mayHoldResponse } from './may-hold-response.ts'
import { dropEscapes, isWideText, listReadings, readPageText, readWideText } from './page-text.ts'
import { isSameInXml } from './polyglot.ts'
import { OutOfWork, WorkBudget } from './work-budget.ts'

/** What was found in a page: a response; that browsers could differ on where it goes; or nothing of the kind. */
export type FormPostReading = FormPostResponse | 'ambiguous' | undefined

/** An honest page of 512 KiB takes a tenth of it. */
const maxSteps = 400_000

/** How deep `srcdoc` pages are read; honest ones with a form are rare. */
const maxFrames = 3

/**
 * Whether it is worth reading a page: no browser finds a form in what this says no to. Tag and attribute names can't
 * be written as entities; in `srcdoc` a whole page can.
 */
export function mayBeFormPost(bytes: Buffer, contentType?: string): boolean {
  const text = dropEscapes(bytes.toString('latin1'))
  if (/<form|srcdoc/i.test(text)) return true
  if (isXml(text, contentType) && /:form|<!entity|<\?xml-stylesheet/i.test(text)) return true
  return isWideText(bytes, contentType)
}

/**
 * Reads the bytes of a page as a browser would.
 *
 * @param contentType the header, for its charset.
 * @returns `ambiguous` also for a form post in another encoding than UTF-8, UTF-16 and windows-1252, and where a response
 *   may be submitted in XML that is no HTML as well.
 */
export async function readFormPostPage(
  bytes: Buffer,
  contentType: string | undefined,
  base: string,
): Promise<FormPostReading> {
  if (!mayBeFormPost(bytes, contentType)) return undefined
  const page = readPageText(bytes, contentType) ?? readWideText(bytes, contentType)
  if (!page) {
    const readings = listReadings(bytes, contentType)
    return !readings || readings.some(mayNameResponse) ? 'ambiguous' : undefined
  }
  // guard: pages-in-xml
  if (isXml(page.text, contentType) && !isSameInXml(page.text))
    return mayNameResponse(page.text) ? 'ambiguous' : undefined
  const found = await readFormPost(page.text, base)
  return found && !page.isExact ? 'ambiguous' : found
}

/**
 * Reads a page that hands an authorization response to a client by a form (OAuth 2.0 Form Post Response Mode). A form
 * to another origin counts if it has a field of a response; a form to the page's own origin only if that field has a
 * value that nobody typed, since OPs ask for one-time codes in a field `code`. What a script might build isn't read.
 * A long page is read in turns, so that whatever else waits is not kept from its own.
 *
 * @param base the page's URL.
 * @returns `ambiguous` if it could go to two addresses or stands where only some browsers find it; a response that
 *   `isAmbiguous` if its address is certain and what it says there is not.
 */
export async function readFormPost(html: string, base: string): Promise<FormPostReading> {
  if (!mayHoldResponse(html)) return undefined
  try {
    return await readWithin(html, base, new WorkBudget(maxSteps), maxFrames)
  } catch (error) {
    if (error instanceof OutOfWork) return 'ambiguous'
    throw error
  }
}

async function readWithin(
  html: string,
  base: string,
  budget: WorkBudget,
  framesLeft: number,
): Promise<FormPostReading> {
  const found = new Map<string, FormPostResponse>()
  for (const hasScripting of /<noscript/i.test(html) ? [true, false] : [true]) {
    const page = await parseHtmlPage(html, hasScripting, budget)
    for (const form of await listForms(page.elements, page, base, budget)) {
      const reading = await readForm(form, base, budget)
      if (reading === 'ambiguous') return reading
      // The same response twice is one: with and without scripting, or simply repeated.
      if (reading) found.set(await describe(form, budget), reading)
    }
    for (const root of page.shadowRoots) {
      for (const form of await listForms(root, page, base, budget)) {
        if (await readForm(form, base, budget)) return 'ambiguous'
      }
    }
    for (const framed of listFramedPages(page)) {
      if (framesLeft === 0 || (await readWithin(framed, base, budget, framesLeft - 1))) return 'ambiguous'
    }
  }
  const [first, ...others] = found.values()
  if (first === undefined || others.length === 0) return first
  const hasOneAddress = others.every(({ redirectUri }) => redirectUri === first.redirectUri)
  return hasOneAddress ? { ...first, isAmbiguous: true } : 'ambiguous'
}

/** What a form does for a response. The name of the button that only those without scripting see is no part of it. */
async function describe({ targets, methods, fields }: HtmlForm, budget: WorkBudget): Promise<string> {
  const telling: FormField[] = []
  await budget.forEach(fields, (field) => {
    if (mayBeOfResponse(field.name)) telling.push(field)
  })
  return JSON.stringify([targets, [...methods], telling])
}

function listFramedPages({ elements, shadowRoots }: HtmlPage): string[] {
  const frames = [elements, ...shadowRoots].flat().filter((element) => isHtmlElement(element, 'iframe'))
  return frames.flatMap((frame) => attributeOf(frame, 'srcdoc') ?? [])
}

async function readForm(
  { targets, methods, fields }: HtmlForm,
  base: string,
  budget: WorkBudget,
): Promise<FormPostReading> {
  const { origin } = new URL(base)
  const [target] = targets
  if (!target) return undefined
  const addresses = new Set<string>()
  const ways = new Set<string>()
  let [isToOwn, isToForeign, isInTarget] = [false, false, false]
  await budget.forEach(targets, (other) => {
    addresses.add(stripUrl(other))
    ways.add(other.href)
    if (other.origin === origin) isToOwn = true
    else isToForeign = true
    if (other.origin !== origin && isResponse(parametersIn(other))) isInTarget = true
  })
  const isSent = (isToOwn && isOwnResponse(fields)) || (isToForeign && isResponseIn(fields))
  if (!isSent && !isInTarget) return undefined
  if (addresses.size > 1) return 'ambiguous'
  // A client may look for its parameters in the form, and in the URL that the form is sent to.
  const content = readResponseContent(new URLSearchParams([...toPairs(fields), ...parametersIn(target)]))
  const isOneWay = methods.size === 1 && !methods.has('dialog') && ways.size === 1
  const isWhole = isOneWay && methods.has('post') && target.href === stripResponse(target)
  return {
    ...content,
    mode: 'form_post',
    redirectUri: stripUrl(target),
    action: stripResponse(target),
    method: methods.has('post') ? 'post' : 'get',
    isAmbiguous: content.isAmbiguous || !isOneWay || hasUser(target),
    fields: isWhole ? listSubmitted(fields) : undefined,
  }
}

/** More than an authorization response takes. */
const maxSubmittedLength = 64 * 1024

/**
 * What a script submits of a form: hidden fields. Others could be changed before, and letters beyond ASCII go in the
 * encoding of their page.
 */
function listSubmitted(fields: readonly FormField[]): [string, string][] | undefined {
  const submitted = fields.filter(({ isButton }) => !isButton)
  const text = submitted.map(({ name, value }) => name + value).join('')
  const isPlain = /^[ -~]*$/.test(text) && text.length <= maxSubmittedLength
  return isPlain && !submitted.some(({ isTyped }) => isTyped) ? toPairs(submitted) : undefined
}

function parametersIn(target: URL): URLSearchParams {
  return new URLSearchParams([
    ...new URLSearchParams(target.search),
    ...new URLSearchParams(target.hash.slice(1)),
  ])
}

function isOwnResponse(fields: readonly FormField[]): boolean {
  const given = fields.filter(({ name, value, isTyped }) => {
    return value !== '' && name !== 'error' && !(isTyped && name === 'code')
  })
  return isResponseIn(given)
}

/** Most fields of most forms are of no interest. */
function isResponseIn(fields: readonly FormField[]): boolean {
  const telling = fields.filter(({ name }) => tellingParameters.has(name))
  return isResponse(new URLSearchParams(toPairs(telling)))
}

function toPairs(fields: readonly FormField[]): [string, string][] {
  return fields.map(({ name, value }) => [name, value])
}

/** Whether some browser may read it as XML, in which names, entities and stylesheets mean more than in HTML. */
function isXml(text: string, contentType: string | undefined): boolean {
  const type = readPageType(contentType)
  return type === 'xml' || type === 'unclear' || (type === 'guessed' && /^\s*<\?xml/i.test(text))
}

/** A login page, or a drawing with entities of its own, names no field of a response; values are no names. */
function mayNameResponse(text: string): boolean {
  if (/(?<!\bvalue\s{0,9}=\s{0,9})["'?&;#=](?:code|id_token|access_token|response)["'=\s/>]/i.test(text))
    return true
  if (/\bname\s{0,9}=\s{0,9}["']?[^"'<>]{0,99}&/i.test(text)) return true
  const isMadeUp = /<!entity|<\?xml-stylesheet/i.test(text)
  return isMadeUp && /&#|\b(?:code|id_token|access_token|response)\b/i.test(text)
}

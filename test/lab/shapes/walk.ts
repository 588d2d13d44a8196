import type { Browser, Page } from '../browser.ts'
import { fillForm } from '../form-filling.ts'
import { readForms, readLink } from '../html.ts'
import { isLoginPage } from '../people.ts'
import type { Stage } from './shape.ts'

/** An authorization response as it reached its client. */
export interface Arrival {
  readonly mode: 'query' | 'fragment' | 'form_post'
  /** The redirect URI with the response in its query, whatever the mode was. */
  readonly url: URL
}

const LONGEST_WALK = 8

/**
 * Does what a person does at each page, until the OP's answer is about to reach the client; nothing is sent to it.
 * @param open goes to the first page
 * @throws Error at a page that is none of those known here, with its words
 */
export async function walk(
  stage: Stage,
  redirectUri: string,
  open: (visit: { stopBefore: (url: URL) => boolean }) => Promise<Page>,
  username = 'alice',
): Promise<Arrival> {
  const isClient = (url: URL): boolean => url.href.split(/[?#]/, 1)[0] === redirectUri
  const visit = { stopBefore: isClient }
  let page = await open(visit)
  for (let steps = 0; steps < LONGEST_WALK; steps += 1) {
    const arrival = readArrival(page, isClient)
    if (arrival !== undefined) return arrival
    page = (await stage.passBy(page, visit)) ?? (await answer(stage.browser, page, username, visit))
  }
  throw new Error(`the walk did not end: ${page.url}: ${page.text}`)
}

function readArrival(page: Page, isClient: (url: URL) => boolean): Arrival | undefined {
  const location = page.headers['location']
  if (typeof location === 'string' && isClient(new URL(location, page.url))) return readUrl(location)
  // After a challenge a page of the gateway leads to an application of the device.
  const link = readLink(page.body, 'Open the application')
  if (link !== undefined && isClient(new URL(link))) return readUrl(link)
  const [form] = readForms(page.body)
  if (form === undefined || !URL.canParse(form.action) || !isClient(new URL(form.action))) return undefined
  const url = new URL(form.action)
  url.search = fillForm(page.body, {}, {}).entries.toString()
  return { mode: 'form_post', url }
}

function readUrl(location: string): Arrival {
  const url = new URL(location)
  if (url.hash === '') return { mode: 'query', url }
  url.search = url.hash.slice(1)
  url.hash = ''
  return { mode: 'fragment', url }
}

/** At the OP's own pages: the login, the consent, and the one that a script would send by itself. */
async function answer(
  browser: Browser,
  page: Page,
  username: string,
  visit: { stopBefore: (url: URL) => boolean },
): Promise<Page> {
  if (isLoginPage(page)) {
    return browser.submit(page, { username, password: username }, { form: '/login', ...visit })
  }
  if (page.body.includes('/consent"')) return browser.submit(page, {}, { form: '/consent', ...visit })
  if (/forms\[0\]\.submit\(\)/.test(page.body)) return browser.submit(page, {}, visit)
  throw new Error(`nobody knows what to do at ${page.status} ${page.url}: ${page.text}`)
}

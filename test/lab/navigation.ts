import { readRefresh } from './html.ts'

/** One answer on the way to a page. */
export interface Hop {
  readonly method: string
  readonly url: string
  readonly status: number
  /** Where the answer led: an absolute URL from Location or from a meta refresh; absent on the last hop. */
  readonly next?: string
  readonly by?: 'location' | 'refresh'
  readonly headers: Record<string, string | string[] | undefined>
}

/** A request about to be sent. */
export interface Request {
  readonly method: string
  readonly url: URL
  readonly body: string | undefined
}

const NAVIGATION_HEADERS = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br',
  'accept-language': 'en-GB,en;q=0.9',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-user': '?1',
  'upgrade-insecure-requests': '1',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) LabBrowser/1.0',
}

/** What a browser says with every page that it fetches; `from` is the page whose link or form it was. */
export function navigationHeaders(from: string | undefined, url: URL): Record<string, string> {
  return { ...NAVIGATION_HEADERS, 'sec-fetch-site': siteOf(from, url) }
}

function siteOf(from: string | undefined, url: URL): string {
  if (from === undefined) return 'none'
  return new URL(from).origin === url.origin ? 'same-origin' : 'cross-site'
}

/** What it adds for a form that is posted. */
export function formHeaders(from: string | undefined, url: URL): Record<string, string> {
  const origin = from === undefined ? url.origin : new URL(from).origin
  return { 'content-type': 'application/x-www-form-urlencoded', origin }
}

/** What the hops were, in one line, without queries: for messages. */
export function describeHops(hops: readonly Hop[]): string {
  return hops.map(({ method, url, status }) => `${method} ${url.replace(/[?#].*/, '')} ${status}`).join(' → ')
}

/** Where an answer leads: its Location, or a meta refresh of 0 seconds. */
export function findNext(
  answer: { readonly status: number; readonly headers: Hop['headers']; readonly body: string },
  base: URL,
): { readonly url: URL; readonly by: 'location' | 'refresh' } | undefined {
  const location = answer.headers['location']
  if (answer.status >= 300 && answer.status < 400 && typeof location === 'string') {
    const url = new URL(location, base)
    if (url.hash === '') url.hash = base.hash
    return { url, by: 'location' }
  }
  const refresh = readRefresh(answer.body)
  return refresh?.seconds === 0 ? { url: new URL(refresh.url, base), by: 'refresh' } : undefined
}

/** The request that follows a redirect: only 307 and 308 repeat the method and the body (RFC 9110 15.4). */
export function followUp(request: Request, url: URL, status: number): Request {
  return status === 307 || status === 308 ? { ...request, url } : { method: 'GET', url, body: undefined }
}

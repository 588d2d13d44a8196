import { CookieJar } from 'tough-cookie'
import { type Dispatcher, request as sendRequest } from 'undici'
import { decodeBody } from './content-coding.ts'
import { type FormChoice, fillForm } from './form-filling.ts'
import { readLink, readWords } from './html.ts'
import { createLoopbackAgent } from './loopback.ts'
import {
  describeHops,
  findNext,
  followUp,
  formHeaders,
  type Hop,
  navigationHeaders,
  type Request,
} from './navigation.ts'

/** What the browser shows in the end. */
export interface Page {
  readonly url: string
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
  /** The body's words, without tags. */
  readonly text: string
  /** Every answer on the way, this page's own being the last. */
  readonly hops: readonly Hop[]
}

/** How to go to a page. */
export interface Visit {
  readonly headers?: Record<string, string>
  /** Follow redirects and meta refreshes of 0 seconds; true if absent. */
  readonly follow?: boolean
  /** Stop before a request whose URL this accepts; the page is then the answer that led there. */
  readonly stopBefore?: (url: URL) => boolean
  /** Whose link or form it was: decides Sec-Fetch-Site and Origin. Absent: the address bar. */
  readonly from?: string
}

const HOP_LIMIT = 25

/**
 * A browser without a screen and without scripts: real HTTP, a cookie jar, redirects one by one. Names under
 * `localhost` are this machine. A page that a script would submit by itself is left to `submit`.
 */
export class Browser {
  readonly jar = new CookieJar(undefined, { allowSpecialUseDomain: true, rejectPublicSuffixes: false })
  readonly #agent: Dispatcher

  /** @param agent the way to servers, where a test looks at what goes over it; the browser closes it in the end */
  constructor(agent: Dispatcher = createLoopbackAgent()) {
    this.#agent = agent
  }

  /** Goes to a URL like one typed into the address bar, and follows where it leads. */
  navigate(url: string | URL, visit: Visit = {}): Promise<Page> {
    return this.#go({ method: 'GET', url: new URL(url), body: undefined }, visit)
  }

  /** One GET, no redirects followed: for a look at a single answer. */
  get(url: string | URL, headers: Record<string, string> = {}): Promise<Page> {
    return this.navigate(url, { headers, follow: false })
  }

  /** Posts a form that is on no page. */
  post(url: string | URL, form: Record<string, string> | URLSearchParams, visit: Visit = {}): Promise<Page> {
    const body = new URLSearchParams(form).toString()
    return this.#go({ method: 'POST', url: new URL(url), body }, visit)
  }

  /** One request that a script of a page makes to the API of its server, with JSON. */
  callApi(page: Page, method: string, url: string | URL, value?: unknown): Promise<Page> {
    const body = value === undefined ? undefined : JSON.stringify(value)
    const headers = {
      accept: 'application/json',
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'cors',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    return this.#go({ method, url: new URL(url), body }, { headers, follow: false, from: page.url })
  }

  /**
   * Fills and sends a form of a page, as pressing its button would.
   * @throws Error if the page has no such form, field or button
   */
  submit(page: Page, fields: Record<string, string> = {}, choice: FormChoice & Visit = {}): Promise<Page> {
    const filled = fillForm(page.body, fields, choice)
    const url = new URL(filled.action, page.url)
    const visit = { from: page.url, ...choice }
    if (filled.method === 'POST') return this.post(url, filled.entries, visit)
    url.search = filled.entries.toString()
    return this.navigate(url, visit)
  }

  /** The absolute URL of a link with these words. @throws Error if there is none */
  link(page: Page, words: string): string {
    const href = readLink(page.body, words)
    if (href === undefined) throw new Error(`no link "${words}" on ${page.url}: ${page.text}`)
    return new URL(href, page.url).href
  }

  /** Follows a link with these words. */
  click(page: Page, words: string, visit: Visit = {}): Promise<Page> {
    return this.navigate(this.link(page, words), { from: page.url, ...visit })
  }

  /** The value of a cookie that would be sent to a URL; undefined if there is none. */
  async cookie(url: string, name: string): Promise<string | undefined> {
    const cookies = await this.jar.getCookies(url)
    return cookies.find((cookie) => cookie.key === name)?.value
  }

  /** Closes its connections. */
  close(): Promise<void> {
    return this.#agent.close()
  }

  async #go(first: Request, visit: Visit): Promise<Page> {
    const hops: Hop[] = []
    let request = first
    for (;;) {
      const answer = await this.#send(request, visit)
      const next = visit.follow === false ? undefined : findNext(answer, request.url)
      const hop = {
        method: request.method,
        url: request.url.href,
        status: answer.status,
        headers: answer.headers,
      }
      if (next === undefined || visit.stopBefore?.(next.url) === true) {
        hops.push(hop)
        return { ...answer, url: request.url.href, text: readWords(answer.body), hops }
      }
      hops.push({ ...hop, next: next.url.href, by: next.by })
      if (hops.length === HOP_LIMIT) throw new Error(`more than ${HOP_LIMIT} hops: ${describeHops(hops)}`)
      request = followUp(request, next.url, answer.status)
    }
  }

  async #send(request: Request, visit: Visit) {
    const { url, method, body } = request
    const cookie = await this.jar.getCookieString(url.href)
    const {
      statusCode,
      headers,
      body: stream,
    } = await sendRequest(url, {
      dispatcher: this.#agent,
      method: method as 'GET' | 'POST',
      headers: {
        ...navigationHeaders(visit.from, url),
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : formHeaders(visit.from, url)),
        ...visit.headers,
      },
      body: body ?? null,
    })
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      await this.jar.setCookie(line, url.href, { ignoreError: true })
    }
    const bytes = Buffer.from(await stream.arrayBuffer())
    return { status: statusCode, headers, body: decodeBody(bytes, headers['content-encoding']) }
  }
}

import { createLoopbackAgent, createLoopbackFetch, type LoopbackRequest } from '../loopback.ts'

/** An answer of the OP as a client's own code sees it. */
export interface SeenAnswer {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Record<string, string>
}

/** A client's way to the OP. */
export interface BackChannel {
  fetch(url: string, init?: LoopbackRequest): Promise<Response>
  /** All answers, oldest first. */
  readonly seen: readonly SeenAnswer[]
  close(): Promise<void>
}

/** The beginnings of headers that RPs act upon. */
const LISTED = ['content-type', 'cache-control', 'www-authenticate', 'vary', 'access-control-']

/** A client on a server, or with `origin` a script in a browser, which lets it do what CORS allows (Fetch 3.2). */
export function openBackChannel(origin?: string): BackChannel {
  const agent = createLoopbackAgent()
  const send = createLoopbackFetch(agent)
  const seen: SeenAnswer[] = []
  const look = async (url: string, init: LoopbackRequest): Promise<Response> => {
    const headers = { ...init.headers, ...(origin !== undefined && { origin }) }
    const answer = await send(url, { ...init, headers })
    const listed = [...answer.headers].filter(([name]) => LISTED.some((start) => name.startsWith(start)))
    const method = init.method ?? 'GET'
    const path = new URL(url).pathname
    seen.push({ method, path, status: answer.status, headers: Object.fromEntries(listed) })
    if (origin !== undefined && !isAllowed(answer, origin)) {
      throw new TypeError(`the browser hides the answer to ${method} ${path} from ${origin}`)
    }
    return origin === undefined ? answer : hideHeaders(answer)
  }
  const fetch = async (url: string, init: LoopbackRequest = {}): Promise<Response> => {
    if (origin !== undefined) await askFirst(url, init, look)
    return look(url, init)
  }
  return { fetch, seen, close: () => agent.close() }
}

const isAllowed = (answer: Response, origin: string): boolean =>
  ['*', origin].includes(answer.headers.get('access-control-allow-origin') ?? '')

/** A script gets a header that isn't plain only where the server exposes it (Fetch 3.2.3). */
function hideHeaders(answer: Response): Response {
  const headers = new Headers(answer.headers)
  const exposed = (answer.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(/\s*,\s*/)
  for (const name of ['dpop-nonce', 'www-authenticate']) {
    if (!exposed.includes(name)) headers.delete(name)
  }
  const isEmpty = [204, 304].includes(answer.status)
  const shown = new Response(isEmpty ? null : answer.body, { status: answer.status, headers })
  return Object.defineProperty(shown, 'url', { value: answer.url })
}

/** The preflight that browsers send before a request with headers of its own. */
async function askFirst(
  url: string,
  { method = 'GET', headers = {} }: LoopbackRequest,
  look: BackChannel['fetch'],
): Promise<void> {
  const own = Object.keys(headers).map((name) => name.toLowerCase())
  const unsafe = own.filter((name) => name === 'authorization' || name === 'dpop').sort()
  if (unsafe.length === 0) return
  const answer = await look(url, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': method,
      'access-control-request-headers': unsafe.join(','),
    },
  })
  const listOf = (name: string) => (answer.headers.get(name) ?? '').toLowerCase().split(/\s*,\s*/)
  const missing = unsafe.filter((name) => !listOf('access-control-allow-headers').includes(name))
  if (!answer.ok || missing.length > 0) throw new TypeError(`the preflight refuses ${missing}`)
}

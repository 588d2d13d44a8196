import type { Config } from '../config/schema/schema.ts'
import type { ClockWatch } from '../http/clock-watch.ts'
import type { Names } from '../http/public-names.ts'
import { readBytes } from '../http/read-bytes.ts'
import { Refusal } from '../refusal.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { OpAnswer, OpBody } from './exchange.ts'
import { toUpstreamRefusal } from './failure.ts'
import { openPool, type Pool } from './pool.ts'
import { decodeBody } from './read-response.ts'
import { tracePool } from './trace-pool.ts'

const longestBody = 1024 * 1024
const bodiless = new Set([204, 205, 304])

/** Who sees what goes through the pool. */
export interface Watchers {
  readonly tracing?: Tracing | undefined
  readonly watch?: (pool: Pool, asker: Asker) => Pool
}

/** `client`: a request is forwarded. `gateway`: it asks for itself. */
export type Asker = 'client' | 'gateway'

/** The way to the OP behind the gateway. */
export interface UpstreamConnection {
  /** For what clients ask. */
  readonly pool: Pool
  /** The same, for what the gateway asks for itself. */
  readonly ownPool: Pool
  /**
   * Host and X-Forwarded-Host, -Proto, -Port as the OP must see them: those of `publicUrl`, whatever a client says; but
   * Host is `upstream.host` where that is set.
   */
  readonly publicHeaders: Readonly<Record<string, string>>
  readonly names: Names
  /**
   * Whether requests for this URL end at the OP behind the gateway: its origin is that of `publicUrl`, of
   * `provider.issuer` or of `upstream.url`, or one of `upstream.names`, or its host is one of `hosts`.
   */
  serves(url: URL): boolean
  /**
   * The gateway's own requests, as WHATWG fetch. They go through the pool whatever the host of the URL, with the
   * public Host. Redirects are not followed. The body of the answer is read whole, 1 MiB at most.
   *
   * @throws Refusal `upstream_unreachable` for a URL that `serves` doesn't know, before anything is sent;
   *   otherwise what `toUpstreamRefusal` makes of the failure.
   */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/**
 * Opens no socket yet: the pool connects when it is first used.
 *
 * @param clock sees the OP's in the answers to the gateway's own requests.
 * @param watchers see what goes through the pool.
 */
export function connectUpstream(
  config: Config,
  clock?: ClockWatch,
  { tracing, watch = (pool) => pool }: Watchers = {},
): UpstreamConnection {
  const pool = tracePool(openPool(config.upstream, config.maxHeaderSize), config.upstream.url, tracing)
  const ownPool = watch(pool, 'gateway')
  const publicHeaders = describePublicUrl(new URL(config.publicUrl), config.upstream.host)
  const { names, served } = nameOrigins(config)
  const serves = (url: URL): boolean => served.has(url.origin)
  return {
    pool: watch(pool, 'client'),
    ownPool,
    publicHeaders,
    names,
    serves,
    async fetch(url, init = {}) {
      const target = new URL(url)
      // The probe's code and secret must not travel to a host that the OP's metadata happens to name.
      if (!serves(target)) {
        throw new Refusal('upstream_unreachable', `${target.origin} is not an address of the provider behind`)
      }
      try {
        return await exchange(ownPool, target, init, publicHeaders, clock)
      } catch (error) {
        throw toUpstreamRefusal(error)
      }
    },
    close: async () => pool.destroy(),
  }
}

/** A host that leads to the gateway too is no internal one, by whatever scheme the OP names it. */
function nameOrigins({ publicUrl, hosts, provider, upstream }: Config): {
  names: Names
  served: Set<string>
} {
  const { protocol } = new URL(publicUrl)
  const own = [upstream.url, provider.issuer, ...upstream.names].map((url) => new URL(url).origin)
  const internal = own.filter((origin) => origin !== publicUrl && !hosts.includes(new URL(origin).host))
  const further = hosts.map((host) => new URL(`${protocol}//${host}`).origin)
  return {
    names: { publicUrl, internal: new Set(internal) },
    served: new Set([publicUrl, ...own, ...further]),
  }
}

function describePublicUrl(url: URL, host = url.host): Readonly<Record<string, string>> {
  return {
    host,
    'x-forwarded-host': url.host,
    'x-forwarded-proto': url.protocol.slice(0, -1),
    'x-forwarded-port': url.port || (url.protocol === 'https:' ? '443' : '80'),
  }
}

async function exchange(
  pool: Pool,
  url: URL,
  init: RequestInit,
  publicHeaders: Readonly<Record<string, string>>,
  clock: ClockWatch | undefined,
): Promise<Response> {
  const { method = 'GET', headers, body, signal } = init
  const request = new Request(url, { method, ...(headers && { headers }), ...(body && { body }) })
  const onHeaders = clock?.begin()
  const answer = await pool.request({
    method: request.method,
    path: url.pathname + url.search,
    headers: { ...Object.fromEntries(request.headers), 'accept-encoding': 'identity', ...publicHeaders },
    body: request.body && Buffer.from(await request.arrayBuffer()),
    // The OP's own endpoints: there are few, and no id is in their paths.
    purpose: url.pathname,
    signal: signal ?? null,
  })
  onHeaders?.(answer.headers)
  const content = await readWhole(answer.body)
  const received = toHeaders(answer.headers)
  // Some OPs compress whatever they were asked for.
  const plain = await decodeBody(content, received.get('content-encoding') ?? undefined)
  if (!plain) throw new Refusal('upstream_unreadable', 'an answer in a content coding that can not be read')
  const response = new Response(bodiless.has(answer.statusCode) ? null : plain, {
    status: answer.statusCode,
    headers: received,
  })
  return Object.defineProperty(response, 'url', { value: url.href })
}

async function readWhole(body: OpBody): Promise<Buffer> {
  // It came with its head, in one read of the socket.
  if (Buffer.isBuffer(body)) return body
  try {
    return await readBytes(body, longestBody, tooLong)
  } finally {
    body.destroy()
  }
}

const tooLong = (): Refusal =>
  new Refusal('upstream_unreadable', `the answer is longer than ${longestBody} bytes`)

function toHeaders(raw: OpAnswer['headers']): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(raw)) {
    for (const value of [values].flat()) headers.append(name, value)
  }
  return headers
}

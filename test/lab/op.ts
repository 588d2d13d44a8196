import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { type Listening, listenOnLoopback } from './listen.ts'
import { serveAccount } from './op-account.ts'
import { configureOp, type OpSettings } from './op-configuration.ts'
import { STRICT_POLICY, serveInteractions } from './op-interactions.ts'
import { createPasskeyReader, type PasskeyIssuer } from './op-passkeys.ts'
import { createOpStore, type OpStore } from './op-store.ts'
import { LAB_USERS, type LabUser } from './op-world.ts'
import { loadOidcProvider } from './quiet-oidc-provider.ts'

/** How a test or the demo wants its OP. */
export interface OpOptions extends OpSettings {
  /** The public origin, e.g. the gateway's; without it the OP's own address, for RPs that talk to it directly. */
  readonly issuer?: string
  readonly port?: number
  /** The path below which all of it is, such as `/idp`; the issuer must end in it. */
  readonly mountPath?: string
  /** Builds its URLs from Host, whatever X-Forwarded-Host says. */
  readonly ignoresProxy?: boolean
  /** Whose JWTs sign people in at `/interaction/:uid/passkey`; nobody's without it. */
  readonly passkeyIssuer?: PasskeyIssuer
  /** The Content-Security-Policy of its pages, `form-action` last; one that allows no script without it. */
  readonly contentSecurityPolicy?: string
  /** What it serves beside, such as a stream of events; true if it answers a request. */
  readonly answers?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** A request that reached the OP. */
export interface OpRequest {
  readonly method: string
  /** The request target as it came, query included. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** A running OP. */
export interface Op extends Listening {
  /** Its own address; the issuer may be another. */
  readonly url: string
  readonly issuer: string
  readonly provider: Provider
  readonly store: OpStore
  readonly users: readonly LabUser[]
  /** All that reached it, in order; empty it with `requests.length = 0`. */
  readonly requests: OpRequest[]
}

/**
 * Starts a real OpenID Connect provider (oidc-provider) on loopback with in-memory state, its routes under /connect/.
 * Behind a proxy it builds its URLs from X-Forwarded-Host and X-Forwarded-Proto.
 */
export async function startOp(options: OpOptions): Promise<Op> {
  const requests: OpRequest[] = []
  // The issuer may need the port that we only get by listening, so the handler comes second.
  let answer: ReturnType<Provider['callback']> | undefined
  const listening = await listenOnLoopback((request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    if (options.answers?.(request, response)) return
    if (answer === undefined) {
      response.writeHead(503).end()
    } else {
      // oidc-provider finds out where it is mounted by comparing the two.
      Object.assign(request, { originalUrl: request.url })
      if (options.mountPath && request.url?.startsWith(`${options.mountPath}/`)) {
        request.url = request.url.slice(options.mountPath.length)
      }
      void answer(request, response)
    }
  }, options.port)
  const url = `http://127.0.0.1:${listening.port}`
  const issuer = options.issuer ?? url
  // The account page changes it.
  const users = [...(options.users ?? LAB_USERS)]
  const store = createOpStore()
  const OidcProvider = await loadOidcProvider()
  const provider = new OidcProvider(issuer, await configureOp(options, store, users))
  provider.proxy = options.ignoresProxy !== true
  // Many OPs put sid into every ID token; this one does so only for clients with back-channel logout.
  Object.assign(provider.Client.prototype, { includeSid: () => true })
  provider.use(relaxPlainHttpCookies)
  const readPasskey = options.passkeyIssuer && createPasskeyReader(options.passkeyIssuer, issuer)
  const { contentSecurityPolicy = STRICT_POLICY } = options
  provider.use(serveAccount(provider, users, contentSecurityPolicy))
  provider.use(
    serveInteractions(provider, users, { contentSecurityPolicy, ...(readPasskey && { readPasskey }) }),
  )
  answer = provider.callback()
  return { ...listening, url, issuer, provider, store, users, requests }
}

/**
 * oidc-provider takes POST authorization requests only with SameSite=None cookies, and browsers keep those only with
 * Secure, which plain http on loopback can't have. Without the attribute browsers treat them as Lax, and Chromium
 * sends them with a cross-site POST for two more minutes: as near as plain http comes.
 */
async function relaxPlainHttpCookies(
  ctx: {
    readonly secure: boolean
    readonly response: { get(name: string): string | string[] | undefined }
    set(name: string, value: string[]): void
  },
  next: () => Promise<void>,
): Promise<void> {
  await next()
  const cookies = [ctx.response.get('set-cookie') ?? []].flat()
  if (ctx.secure || cookies.length === 0) return
  ctx.set(
    'set-cookie',
    cookies.map((cookie) => cookie.replace(/; samesite=none/i, '')),
  )
}

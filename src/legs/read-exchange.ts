import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { readBrowser } from '../http/browser.ts'
import { classifyTarget, isAtAuthorization } from '../http/endpoints.ts'
import type { Exchange } from '../http/exchange.ts'
import { normalizeHost, requireKnownHost } from '../http/host.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import { toUpstreamHeaders } from '../http/request-headers.ts'
import { parseTarget } from '../http/target.ts'
import type { IsLoginPath } from '../passkeys/login-page/login-paths.ts'
import type { Provider } from '../provider/provider.ts'
import { Refusal } from '../refusal.ts'
import { runWithSupportId } from '../telemetry/support-id.ts'

/**
 * Node leaves the fields of a request beyond this many out of `headers` without a word, while `rawHeaders` holds some
 * more of them: what was read would not be what is forwarded.
 */
const maxHeaders = 1000

export interface ReadExchangePorts {
  readonly config: Config
  readonly provider: Provider
  /** As what the OP must see the gateway (`UpstreamConnection`). */
  readonly publicHeaders: Readonly<Record<string, string>>
  readonly cookie: CookieRules
  readonly isLoginPath: IsLoginPath
  /** Whether answers may have to be read. */
  readonly areAnswersRead: boolean
}

/** The edge: before anything else each request is read once, strictly. What can't be read is refused here. */
export function readExchanges(
  app: FastifyInstance,
  { config, provider, publicHeaders, cookie, isLoginPath, areAnswersRead }: ReadExchangePorts,
): void {
  const ownCookies = [cookie.name]
  // guard: trusted-header-name
  const trustedHeader = config.passkeys?.signIn?.header?.name
  const hosts = new Set([new URL(config.publicUrl).host, ...config.hosts].map(normalizeHost))

  function refuseTruncatedHeaders({ rawHeaders }: IncomingMessage): void {
    if (rawHeaders.length >= 2 * maxHeaders) throw new Refusal('malformed_headers', 'too many header fields')
  }

  function read({ raw, url, ip, headers }: FastifyRequest, gone: AbortSignal): Exchange {
    refuseTruncatedHeaders(raw)
    const target = parseTarget(url)
    requireKnownHost(raw.rawHeaders, hosts)
    const kind = classifyTarget(target, provider.guarded)
    // Where a request is resumed, its answer has to be read as well.
    const isGuarded = kind !== 'open' || isAtAuthorization(target, provider.guarded)
    return {
      target,
      kind,
      gone,
      browser: readBrowser(headers, ip, cookie),
      upstreamHeaders: toUpstreamHeaders(
        raw.rawHeaders,
        { publicHeaders, clientAddress: ip },
        {
          guarded: isGuarded || isLoginPath(target.path),
          readable: areAnswersRead,
          ownCookies,
          trustedHeader,
        },
      ),
    }
  }

  app.decorateRequest('exchange')
  app.addHook('onRequest', (request, _reply, done) => runWithSupportId(request.id, done))
  app.addHook('onRequest', async (request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    request.setDecorator<Exchange>('exchange', read(request, gone.signal))
  })
}

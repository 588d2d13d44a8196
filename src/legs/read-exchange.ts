import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readBrowser } from '../http/browser.ts'
import { createFindClientAddress, createIsFromProxy } from '../http/client-address.ts'
import { createClassifyTarget, isAtAuthorization } from '../http/endpoints.ts'
import type { Exchange } from '../http/exchange.ts'
import { normalizeHost, requireKnownHost } from '../http/host.ts'
import { listCertificateHeaders, toUpstreamHeaders } from '../http/request-headers.ts'
import { loosenPath, parseTarget } from '../http/target.ts'
import { refuseUpgrade } from '../http/upgrade.ts'
import type { IsLoginPath } from '../passkeys/login-page/login-paths.ts'
import { listMetadataPaths } from '../provider/metadata.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { noteFacts, runRequest } from '../telemetry/request-context.ts'
import { readTraceId } from '../telemetry/trace-id.ts'
import { traceRequests } from './trace-requests.ts'

/**
 * Node leaves the fields of a request beyond this many out of `headers` without a word, while `rawHeaders` holds some
 * more of them: what was read would not be what is forwarded.
 */
const maxHeaders = 1000

/** The edge: before anything else each request is read once, strictly. What can't be read is refused here. */
export function readExchanges(
  app: FastifyInstance,
  services: Pick<
    Services,
    'config' | 'now' | 'provider' | 'upstream' | 'policies' | 'cookie' | 'metrics' | 'tracing'
  >,
  isLoginPath: IsLoginPath,
): void {
  const { config, now, provider, upstream, policies, cookie, metrics, tracing } = services
  const { publicHeaders } = upstream
  const ownCookies = [cookie.name]
  // guard: trusted-header-name
  const trustedHeader = config.passkeys?.signIn?.header?.name
  const findClientAddress = createFindClientAddress(config.trustedProxies, config.forwardingHeader)
  const isFromProxy = createIsFromProxy(config.trustedProxies)
  const certificateNames = config.clientCertHeader ? listCertificateHeaders(config.clientCertHeader) : []
  const metadataPaths = new Set(listMetadataPaths(config.provider.issuer).map(loosenPath))
  const hosts = new Set([new URL(config.publicUrl).host, ...config.hosts].map(normalizeHost))

  const classifyTarget = createClassifyTarget()

  function refuseTruncatedHeaders({ rawHeaders }: IncomingMessage): void {
    if (rawHeaders.length >= 2 * maxHeaders) throw new Refusal('malformed_headers', 'too many header fields')
  }

  function read({ raw, url, headers }: FastifyRequest, gone: AbortSignal): Exchange {
    refuseTruncatedHeaders(raw)
    const target = parseTarget(url)
    const clientAddress = findClientAddress(raw)
    requireKnownHost(raw.rawHeaders, hosts)
    refuseUpgrade(raw)
    const kind = classifyTarget(target, provider.guarded)
    // Where a request is resumed, its answer has to be read as well.
    const isGuarded = kind !== 'open' || isAtAuthorization(target, provider.guarded)
    return {
      target,
      kind,
      gone,
      browser: readBrowser(headers, clientAddress, cookie),
      upstreamHeaders: toUpstreamHeaders(
        raw.rawHeaders,
        { publicHeaders, clientAddress },
        {
          guarded: isGuarded || isLoginPath(target.path),
          readable: policies.areAnyActive || metadataPaths.has(target.loosePath),
          ownCookies,
          trustedHeader,
          certificates: {
            names: certificateNames,
            isFromProxy: certificateNames.length > 0 && isFromProxy(raw),
          },
        },
      ),
    }
  }

  app.decorateRequest('exchange')
  const see = metrics.onDuration
  if (tracing) traceRequests(app, { tracing, now, see, isFromProxy })
  else
    app.addHook('onRequest', ({ id: supportId, headers }, _reply, done) =>
      runRequest({ supportId, traceId: readTraceId(headers['traceparent']), now, see }, done),
    )
  app.addHook('onRequest', (request, reply, done) => {
    const gone = new AbortController()
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort()
    })
    const exchange = read(request, gone.signal)
    const { browser, target } = exchange
    const { address: ip, userAgent } = browser
    noteFacts({ method: request.method, path: target.path, ip, userAgent })
    request.setDecorator<Exchange>('exchange', exchange)
    done()
  })
}

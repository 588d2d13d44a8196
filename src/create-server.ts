import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import type { Config } from './config/schema/schema.ts'
import { createClientErrorHandler } from './http/client-error.ts'
import { sendError } from './legs/send-error.ts'
import type { Services } from './services.ts'
import type { Log } from './telemetry/log.ts'
import { writeLine } from './telemetry/log-lines.ts'
import { createSupportId } from './telemetry/request-context.ts'

/** The HTTP server, with no route yet: its limits, its ids of requests, and its answer to every error. */
export function createServer(
  services: Pick<Services, 'config' | 'pages' | 'audit' | 'policies'>,
  log: Log,
): FastifyInstance {
  const { config } = services
  const errorServices = { ...services, corsOrigins: collectOrigins(config) }
  const { maxHeaderSize } = config
  const { tls } = config.listen
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createSupportId,
    exposeHeadRoutes: false,
    requestTimeout: 300_000,
    connectionTimeout: config.upstream.timeout + 30_000,
    routerOptions: { maxParamLength: 64 },
    clientErrorHandler: createClientErrorHandler(
      (refused) => writeLine(log, 'refused', { code: 'unreadable_request', leg: 'request', ...refused }),
      maxHeaderSize,
    ),
    ...(tls ? { https: { ...tls, maxHeaderSize } } : { http: { maxHeaderSize } }),
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, errorServices),
  })
  app.setErrorHandler<Error>((error, request, reply) => sendError(error, request, reply, errorServices))
  // Bodies stream through unread; the parsers that come with Fastify would alter text and JSON.
  app.removeAllContentTypeParsers()
  return app
}

/** The origins of the protected clients' scripts, as their redirect URIs tell. */
function collectOrigins(config: Config): ReadonlySet<string> {
  const uris = [...config.clients.values()].flatMap(({ redirectUris }) => redirectUris)
  const origins = uris.filter((uri) => URL.canParse(uri)).map((uri) => new URL(uri).origin)
  return new Set(origins.filter((origin) => origin !== 'null'))
}

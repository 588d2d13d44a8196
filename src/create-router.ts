import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import type { Config } from './config/schema/schema.ts'
import { sendError } from './legs/send-error.ts'
import { noSchemas } from './no-schemas.ts'
import type { Services } from './services.ts'
import type { Log } from './telemetry/log.ts'
import { createSupportId } from './telemetry/request-context.ts'

/** The routing of requests, with no route yet: their ids, and the answer to every error. It listens nowhere. */
export function createRouter(
  services: Pick<Services, 'config' | 'pages' | 'audit' | 'policies'>,
  log: Log,
): FastifyInstance {
  const { config } = services
  const errorServices = { ...services, corsOrigins: collectOrigins(config) }
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createSupportId,
    exposeHeadRoutes: false,
    schemaController: noSchemas,
    routerOptions: { maxParamLength: 64 },
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

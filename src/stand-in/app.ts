import type { IncomingHttpHeaders } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { isLoopback } from '../config/schema/network.ts'
import { addClientRoutes } from './client-api/client-routes.ts'
import { addHostedRoutes } from './hosted/hosted-routes.ts'
import { addOperatorRoutes } from './hosted/operator-routes.ts'
import { addPageHeaders } from './hosted/send-page.ts'
import type { StandIn } from './model/stand-in.ts'
import { addActionRoutes } from './server-api/action-routes.ts'
import { ApiError, sendError, unauthorized } from './server-api/api-error.ts'
import { addAuthenticatorRoutes } from './server-api/authenticator-routes.ts'
import { addDeviceRoutes } from './server-api/device-routes.ts'
import { addUserRoutes } from './server-api/user-routes.ts'

/** A request as it came: API calls and hosted pages alike, without the Authorization header. */
export type RecordedRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  body: unknown
}

/** The server API under `/v1`, behind its secret, and the hosted pages; `requests` gets every request. */
export function buildApp(
  standIn: StandIn,
  apiSecretKey: string,
  requests: RecordedRequest[],
): FastifyInstance {
  const expected = `Basic ${Buffer.from(`${apiSecretKey}:`).toString('base64')}`
  const app = Fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: 4096 } })
  const records = new WeakMap<FastifyRequest, RecordedRequest>()
  app.setErrorHandler(sendError)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string | Buffer) =>
      Object.fromEntries(new URLSearchParams(String(body))),
  )
  app.addHook('onRequest', async ({ hostname }) => {
    // A page of another site can lead its own name to this machine.
    if (!isLoopback(hostname)) throw new ApiError(403, 'invalid_request', 'This is not its host.')
  })
  app.addHook('onRequest', async (request) => {
    const { authorization: _, ...headers } = request.headers
    const record: RecordedRequest = {
      method: request.method,
      path: request.url,
      headers,
      body: undefined,
    }
    records.set(request, record)
    requests.push(record)
  })
  app.addHook('preHandler', async (request) => {
    const record = records.get(request)
    if (record !== undefined) record.body = request.body
  })
  app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => {
        if (request.headers.authorization !== expected) throw unauthorized()
      })
      api.setNotFoundHandler(async () => {
        throw new ApiError(404, 'invalid_request', 'There is no such endpoint.')
      })
      addActionRoutes(api, standIn)
      addUserRoutes(api, standIn)
      addAuthenticatorRoutes(api, standIn)
      addDeviceRoutes(api, standIn)
    },
    { prefix: '/v1' },
  )
  app.register(async (client) => addClientRoutes(client, standIn), { prefix: '/v1/client' })
  app.register(async (pages) => {
    addPageHeaders(pages)
    addHostedRoutes(pages, standIn)
    addOperatorRoutes(pages, standIn)
  })
  app.all('/forged', async () => standIn.faults.forged)
  return app
}

import type { IncomingHttpHeaders } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { addActionRoutes } from './action-routes.ts'
import { ApiError, sendError, unauthorized } from './api-error.ts'
import { addAuthenticatorRoutes } from './authenticator-routes.ts'
import { addClientRoutes } from './client-routes.ts'
import { addDeviceRoutes } from './device-routes.ts'
import { addHostedRoutes } from './hosted-routes.ts'
import type { Lab } from './lab.ts'
import { addUserRoutes } from './user-routes.ts'

/** A request as it came: API calls and hosted pages alike, without the Authorization header. */
export type RecordedRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  body: unknown
}

/** The server API under `/v1`, behind its secret, and the hosted pages; `requests` gets every request. */
export function buildApp(lab: Lab, apiSecretKey: string, requests: RecordedRequest[]): FastifyInstance {
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
      addActionRoutes(api, lab)
      addUserRoutes(api, lab)
      addAuthenticatorRoutes(api, lab)
      addDeviceRoutes(api, lab)
    },
    { prefix: '/v1' },
  )
  app.register(async (client) => addClientRoutes(client, lab), { prefix: '/v1/client' })
  app.register(async (pages) => addHostedRoutes(pages, lab))
  app.all('/forged', async () => lab.faults.forged)
  return app
}

import { Agent, createServer, type IncomingHttpHeaders } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import { fastify } from 'fastify'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { Pool } from 'undici'

// What the gateway is compared with, each in a process of its own: `node proxies.js KIND PORT OP_PORT`.

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'host',
])

const withoutHopByHop = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)))

/** As little as a proxy in Node can do: the http server, undici, and no copy of a body. */
function serveRaw(port: number, origin: string): void {
  const pool = new Pool(origin, { connections: 128 })
  createServer((request, response) => {
    const { method, url: path = '/', headers } = request
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
    pool.stream(
      { method: method as 'GET', path, headers: withoutHopByHop(headers), body: hasBody ? request : null },
      ({ statusCode, headers: answered }) => response.writeHead(statusCode, withoutHopByHop(answered)),
      (error) => error && response.destroy(error),
    )
  }).listen(port, '127.0.0.1')
}

/** @fastify/http-proxy as its documentation begins. */
async function servePlugin(port: number, origin: string): Promise<void> {
  const app = fastify({ logger: false })
  await app.register(httpProxy, { upstream: origin })
  await app.listen({ port, host: '127.0.0.1' })
}

/** http-proxy-middleware in a plain server, with connections to the OP that stay open. */
function serveMiddleware(port: number, target: string): void {
  const proxy = createProxyMiddleware({ target, agent: new Agent({ keepAlive: true }) })
  createServer((request, response) => {
    void proxy(request, response)
  }).listen(port, '127.0.0.1')
}

const [, , kind = '', port = '', opPort = ''] = process.argv
const origin = `http://127.0.0.1:${opPort}`
if (kind === 'raw') serveRaw(Number(port), origin)
else if (kind === 'middleware') serveMiddleware(Number(port), origin)
else await servePlugin(Number(port), origin)

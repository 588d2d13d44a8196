import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** Serves on a free port of 127.0.0.1 until the test ends, and answers the port. */
export async function serve(
  t: Test,
  handler: http.RequestListener,
  tls?: https.ServerOptions,
): Promise<number> {
  const server = tls === undefined ? http.createServer(handler) : https.createServer(tls, handler)
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

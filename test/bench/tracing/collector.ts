import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// A collector of OpenTelemetry that takes spans and forgets them. In a process of its own: answers `{ port }`.

process.on('message', () => {
  const server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'))
  }).listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
})

import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * TCP ports of 127.0.0.1 that were free a moment ago, all different, below those that systems give to port 0 and to
 * outgoing connections. Use port 0 wherever the number is not needed beforehand.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => openServer()))
  const ports = servers.map(portOf)
  await Promise.all(servers.map(closeServer))
  return ports
}

async function openServer(attempts = 100): Promise<Server> {
  const server = createServer()
  try {
    server.listen(randomInt(10_000, 32_000), '127.0.0.1')
    await once(server, 'listening')
    return server
  } catch (error) {
    if (attempts === 1) throw error
    return openServer(attempts - 1)
  }
}

async function closeServer(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}

/** The port that a listening server got. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a port')
  return address.port
}

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * TCP ports of 127.0.0.1 that were free a moment ago, all different.
 * Another process may take one before its owner listens: use port 0 wherever the number is not needed beforehand.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => openServer()))
  const ports = servers.map(portOf)
  await Promise.all(servers.map(closeServer))
  return ports
}

async function openServer(): Promise<Server> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
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

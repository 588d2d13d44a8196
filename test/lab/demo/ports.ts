import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where the demo's parts listen. */
export interface DemoPorts {
  readonly gateway: number
  readonly web: number
  readonly other: number
  readonly authsignal: number
  readonly op: number
  readonly admin: number
  readonly web2: number
}

/** The first of the ports that demo/gateway.yaml names. */
export const USUAL_BASE = 4400

/**
 * Seven ports in a row.
 * @param base the first one, as LAB_PORT_BASE names it; the usual ones if that is not set
 * @throws Error if it is no number that leaves room for seven
 */
export function parsePortBase(base = String(USUAL_BASE)): number {
  const first = Number(base)
  if (!Number.isInteger(first) || first < 1024 || first > 65_529)
    throw new Error(`LAB_PORT_BASE is "${base}": write a port from 1024 to 65529`)
  return first
}

export function listDemoPorts(base: number): DemoPorts {
  return {
    gateway: base,
    web: base + 1,
    other: base + 2,
    authsignal: base + 3,
    op: base + 4,
    admin: base + 5,
    web2: base + 6,
  }
}

/** A port that another process has, on either of the addresses that browsers try for `localhost`. */
export async function findTakenPort(ports: DemoPorts): Promise<number | undefined> {
  for (const port of Object.values(ports)) {
    for (const address of ['127.0.0.1', '::1']) if (await isTaken(port, address)) return port
  }
  return undefined
}

async function isTaken(port: number, address: string): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, address)
    await once(server, 'listening')
  } catch (error) {
    // A machine without IPv6 has no ::1 that anybody could take.
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  }
  server.close()
  await once(server, 'close')
  return false
}

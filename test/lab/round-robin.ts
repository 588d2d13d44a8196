import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { listenOnLoopback } from './listen.ts'

/** What stands in front of several gateways and knows nothing of sessions. */
export interface RoundRobin {
  /** The index of the gateway that got each request, in order. */
  readonly served: readonly number[]
  close(): Promise<void>
}

/** Gives each request, with its headers as they are, to the next of these ports. */
export async function startRoundRobin(port: number, ports: readonly number[]): Promise<RoundRobin> {
  const served: number[] = []
  const listening = await listenOnLoopback((incoming, outgoing) => {
    const next = served.length % ports.length
    served.push(next)
    pass(incoming, outgoing, ports[next] ?? 0)
  }, port)
  return { served, close: () => listening.close() }
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url, rawHeaders } = incoming
  const passed = request(
    { host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent: false },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
      answer.pipe(outgoing)
    },
  )
  passed.on('error', () => outgoing.destroy())
  incoming.pipe(passed)
}

import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { freePorts } from '../../lab/ports.ts'
import type { ProviderKit } from '../../lab/providers/kit.ts'

/** One exchange between the gateway and the OP. */
export interface Recorded {
  readonly method: string
  readonly target: URL
  readonly cookie: string
  readonly setCookies: readonly string[]
}

/** The same OP with somebody listening on the way to it. What is heard is in `exchanges`, the OP's answer included. */
export function record(kit: ProviderKit): {
  readonly kit: ProviderKit
  readonly exchanges: readonly Recorded[]
} {
  const exchanges: Recorded[] = []
  const start: ProviderKit['start'] = async (setup) => {
    const [port = 0] = await freePorts(1)
    const provider = await kit.start({ ...setup, port })
    const server = createServer((asked, answered) => pass(asked, answered, port, exchanges))
    server.listen(setup.port, '127.0.0.1')
    await once(server, 'listening')
    return {
      ...provider,
      url: `http://127.0.0.1:${setup.port}`,
      close: async () => {
        server.closeAllConnections()
        server.close()
        await provider.close()
      },
    }
  }
  return { kit: { ...kit, start }, exchanges }
}

function pass(asked: IncomingMessage, answered: ServerResponse, port: number, exchanges: Recorded[]): void {
  const { method = 'GET', url = '/', headers } = asked
  const onward = forward({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    exchanges.push({
      method,
      target: new URL(`http://op.example${url}`),
      cookie: headers.cookie ?? '',
      setCookies: answer.headers['set-cookie'] ?? [],
    })
    answered.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(answered)
  })
  onward.on('error', () => answered.destroy())
  asked.pipe(onward)
}

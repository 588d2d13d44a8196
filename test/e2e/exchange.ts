import { request as send } from 'undici'
import { createLoopbackAgent } from '../lab/loopback.ts'

/** One HTTP exchange as it stands on the wire: nothing decoded, nothing followed. */
export interface Exchange {
  readonly status: number
  /** Without those of the connection and Date. */
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

const ofTheConnection = ['date', 'connection', 'keep-alive', 'transfer-encoding']
const agent = createLoopbackAgent()

export async function exchange(
  url: string,
  { method = 'GET', headers = {}, body }: Ask = {},
): Promise<Exchange> {
  const answer = await send(url, { dispatcher: agent, method: method as 'GET', headers, body: body ?? null })
  const kept = Object.entries(answer.headers).filter(([name]) => !ofTheConnection.includes(name))
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(kept.sort(([one], [other]) => one.localeCompare(other))),
    body: Buffer.from(await answer.body.arrayBuffer()),
  }
}

/** Closes its connections. */
export const closeExchanges = (): Promise<void> => agent.close()

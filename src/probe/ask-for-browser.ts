import type { UpstreamConnection } from '../upstream/connection.ts'
import type { OpAnswer, OpBody } from '../upstream/exchange.ts'
import { toUpstreamRefusal } from '../upstream/failure.ts'

const longestPage = 16_384

/** What of a browser's request goes along when the OP is asked in its name. */
export interface Asker {
  readonly userAgent: string | undefined
  readonly clientAddress: string
}

/**
 * Asks the OP for a page once, in the name of a browser: only its headers are of interest.
 *
 * @param path with its query.
 * @param further headers that go along.
 * @throws Refusal what `toUpstreamRefusal` makes of the failure.
 */
export async function askForBrowser(
  { ownPool, publicHeaders }: UpstreamConnection,
  path: string,
  { userAgent, clientAddress }: Asker,
  further: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Pick<OpAnswer, 'statusCode' | 'headers'>> {
  try {
    const { statusCode, headers, body } = await ownPool.request({
      method: 'GET',
      path,
      headers: {
        ...publicHeaders,
        'x-forwarded-for': clientAddress,
        accept: 'text/html',
        ...(userAgent !== undefined && { 'user-agent': userAgent }),
        ...further,
      },
      purpose: 'authorization',
      signal,
    })
    dump(body)
    return { statusCode, headers }
  } catch (error) {
    throw toUpstreamRefusal(error)
  }
}

/** The page is nobody's; a short one is read so that its connection serves the next request. */
function dump(body: OpBody): void {
  if (Buffer.isBuffer(body)) return
  let size = 0
  body
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > longestPage) body.destroy()
    })
}

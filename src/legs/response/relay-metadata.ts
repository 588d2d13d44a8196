import { type Names, publishMetadata } from '../../http/public-names.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { readResponse } from '../../upstream/read-response.ts'
import { contentCodingOf, dropByteHeaders, sendBytes, sendPeeked } from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'

/** The OP's metadata for clients: where it names internal addresses, the public one stands in their place. */
export async function relayMetadata(names: Names, { reply, body }: OpResponse): Promise<void> {
  const { body: peeked, text } = await waiting(() => readResponse(body, contentCodingOf(reply)))
  const published = text === undefined ? undefined : publishMetadata(text, names)
  if (published === undefined) return sendPeeked(reply, peeked)
  dropByteHeaders(reply)
  reply.removeHeader('content-encoding')
  sendBytes(reply, Buffer.from(published))
}

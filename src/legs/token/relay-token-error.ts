import { readTokenError } from '../../oauth/token-response.ts'
import type { ReleasedCode } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { peekBody } from '../../upstream/peek-body.ts'
import { decodeBody } from '../../upstream/read-response.ts'
import { contentCodingOf, sendPeeked } from '../../upstream/send-answer.ts'
import type { OpResponse } from '../learned.ts'

/** Longer than any error of a token endpoint. */
const maxErrorBytes = 16 * 1024

/**
 * The OP refuses a code that was released: the answer passes as it came, and the log says how old the code was. Nothing is
 * learned from it for other codes: a wrong redirect URI or verifier gets the same error, and any user can send one.
 */
export async function relayTokenError(
  { audit, now }: Pick<Services, 'audit' | 'now'>,
  { reply, body }: OpResponse,
  code: ReleasedCode,
): Promise<void> {
  const peeked = await waiting(() => peekBody(body, maxErrorBytes))
  const text = peeked.complete && (await decodeBody(peeked.bytes, contentCodingOf(reply)))
  if (text && readTokenError(String(text)) === 'invalid_grant') {
    const { clientId, subject } = code
    audit.codeRefused(
      { clientId, user: { subject } },
      {
        age: Math.round((now() - code.issuedAt) / 1000),
        fix: code.issuedAt < code.releasedAt ? shorterLife : undefined,
      },
    )
  }
  sendPeeked(reply, peeked)
}

const shorterLife =
  "the code was kept during a step-up: if the OP's codes live shorter than codeLifetime says, set it to their life"

import type { Test } from 'tap'
import type { LenientStage } from '../attacks/frame/lenient-stage.ts'
import { type Answer, navigation, send } from '../attacks/frame/wire.ts'

/** Asks for a path, which the OP answers with this body. */
export function askFor(
  { world, op, cookie }: LenientStage,
  target: string,
  headers: Record<string, string>,
  body: string,
  cookies = cookie,
): Promise<Answer> {
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
  return send(world.publicUrl, { target, headers: [cookies, ...navigation] })
}

export function expectUntouched(t: Test, answer: Answer, body: string): void {
  t.equal(answer.status, 200)
  t.equal(answer.body, body, 'byte for byte')
}

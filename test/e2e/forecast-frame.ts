import type { Test } from 'tap'
import { type Answer, type RawRequest, readAnswer, send, writeRequest } from '../attacks/frame/wire.ts'
import { sendRaw } from '../lab/raw.ts'
import type { World } from '../lab/world.ts'

type Line = Record<string, unknown>

/** What two modes must say alike of one request: all that a line holds, but for what names the line itself. */
const ofTheLine = [
  'audit',
  'msg',
  'mode',
  'time',
  'level',
  'schema',
  'config',
  'support_id',
  'trace_id',
  'ip',
  'err',
]

/** Of a client that is off a plain line says what was refused. */
const plain = ['client_id', 'page', 'leg', 'reason', 'detail', 'value', 'method', 'path']

/** The lines of one kind that a world writes while something is done. */
export async function watchLines<T>(
  world: World,
  msg: 'refused' | 'would be refused',
  run: () => Promise<T>,
): Promise<{ result: T; lines: Line[] }> {
  const { log } = world
  const before = log.length
  const result = await run()
  const lines = log.slice(before).map((line) => JSON.parse(line) as Line)
  return { result, lines: lines.filter((line) => line['msg'] === msg) }
}

/** `monitor` has said what `enforce` does: one line for what is refused, none for what is not. */
export function expectSaid(t: Test, refused: readonly Line[], wouldRefuse: readonly Line[]): void {
  const said = refused.map(({ code, ...line }) => ({ reason: code, ...line }))
  for (const line of wouldRefuse) t.match(line, { audit: 'would_refuse', mode: 'monitor', verdict: 'refuse' })
  const names = said.map((line) => ('audit' in line ? Object.keys(line).filter(isTold) : plain))
  const pick = (line: Line, index: number) =>
    Object.fromEntries((names[index] ?? []).flatMap((name) => (name in line ? [[name, line[name]]] : [])))
  t.strictSame(wouldRefuse.map(pick), said.map(pick), 'monitor says what enforce does')
}

const isTold = (name: string): boolean => !ofTheLine.includes(name)

/** The same request without a gateway. */
export async function sendToOp(
  { publicUrl }: World,
  op: { readonly url: string },
  request: RawRequest,
): Promise<Answer> {
  const { host, protocol } = new URL(publicUrl)
  const told = [`X-Forwarded-Host: ${host}`, `X-Forwarded-Proto: ${protocol.slice(0, -1)}`]
  const headers = [...told, ...(request.headers ?? [])]
  return readAnswer(
    await sendRaw(Number(new URL(op.url).port), writeRequest(publicUrl, { ...request, headers })),
  )
}

/** What an OP makes anew each time. */
const random = /[\w-]{20,}|expires=[^;]*/g
const ofTheConnection = ['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']

/** A body without its framing (RFC 9112 7.1). */
function readBody({ headers, body }: Answer): string {
  if (headers['transfer-encoding'] === undefined) return body
  let [whole, rest] = ['', body]
  for (;;) {
    const length = Number.parseInt(rest, 16)
    if (!(length > 0)) return whole
    const from = rest.indexOf('\r\n') + 2
    whole += rest.slice(from, from + length)
    rest = rest.slice(from + length + 2)
  }
}

/** An answer as an OP gives it twice, and without the one cookie that `monitor` adds (README). */
function describeAnswer(answer: Answer) {
  const { status, headers } = answer
  const cookies =
    headers['set-cookie']?.split('\n').filter((cookie) => !cookie.startsWith('step-up-at-')) ?? []
  const others = Object.entries(headers).filter(
    ([name]) => name !== 'set-cookie' && !ofTheConnection.includes(name),
  )
  const fields = [...others, ...cookies.map((cookie) => ['set-cookie', cookie] as const)]
  return [
    status,
    fields.map((field) => field.join(': ').replaceAll(random, '…')).sort(),
    readBody(answer).replaceAll(random, '…'),
  ]
}

/** An answer of the OP's own. */
export function expectOwnAnswer(t: Test, through: Answer, straight: Answer): void {
  t.strictSame(describeAnswer(through), describeAnswer(straight), "the answer is the OP's own")
}

export { send }

import type { Log } from '../audit-reading/open-logs.ts'
import { readAudit } from '../audit-reading/read-audit.ts'
import type { RecordedLine } from '../audit-reading/recorded-line.ts'

/** How long before and after a line of it a sign-in may have others of the same session: a challenge takes 10 minutes at most. */
const windowMs = 15 * 60_000
/** A sign-in has a dozen; so many are of something else. */
const maxLines = 1000
/** From a request to its step-up, from there to the return, from there to the release. */
const maxRounds = 4

/** What lines of one sign-in have in common. */
class Marks {
  readonly requests: Set<string>
  readonly stepUps = new Set<string>()
  readonly sessions = new Set<string>()
  from = Number.POSITIVE_INFINITY
  until = Number.NEGATIVE_INFINITY

  constructor(id: string) {
    this.requests = new Set([id])
  }

  get size(): number {
    return this.requests.size + this.stepUps.size + this.sessions.size
  }

  isIn(text: string): boolean {
    for (const marks of [this.requests, this.stepUps, this.sessions]) {
      for (const mark of marks) if (text.includes(mark)) return true
    }
    return false
  }

  /** Whether a line is of one of these requests or step-ups. */
  are(line: RecordedLine): boolean {
    const { support_id: support, trace_id: trace } = line
    return [support, trace].some((id) => id !== undefined && this.requests.has(id)) || this.areOfStepUp(line)
  }

  areOfStepUp(line: RecordedLine): boolean {
    return stepUpsOf(line).some((id) => this.stepUps.has(id))
  }

  /** Whether a line is of the same session, client or page, at about the same time. */
  areNear(line: RecordedLine): boolean {
    if (line.session === undefined || line.at < this.from - windowMs || line.at > this.until + windowMs)
      return false
    return this.sessions.has(line.session)
  }

  note(line: RecordedLine): void {
    if (line.support_id !== undefined) this.requests.add(line.support_id)
    for (const id of stepUpsOf(line)) this.stepUps.add(id)
    if (line.session !== undefined) this.sessions.add(line.session)
    this.from = Math.min(this.from, line.at)
    this.until = Math.max(this.until, line.at)
  }
}

const stepUpsOf = ({ step_up: id, idempotency_key: key, authsignal }: RecordedLine): string[] =>
  [id, key, authsignal?.idempotency_key].filter((mark) => mark !== undefined)

/**
 * All lines of the sign-in to which a request belongs. The logs are read several times: what a line names, such as a
 * step-up, leads to the lines of other requests, before and after it.
 *
 * @param id a support id, or the id of a trace.
 * @returns the lines in the order of time; none if no line has the id.
 * @throws {LogError} names the log that can't be read.
 */
export async function findSignIn(open: () => readonly Log[], id: string): Promise<RecordedLine[]> {
  const marks = new Marks(id)
  let lines = await collect(open(), marks)
  const [first] = lines
  if (first === undefined) return lines
  for (let round = 0; round < maxRounds; round++) {
    const before = marks.size
    for (const line of lines) marks.note(line)
    if (marks.size === before) break
    const near = await collect(open(), marks)
    lines = cutOut(
      near.filter((line) => isAlike(line, first)),
      marks,
    )
  }
  return lines
}

async function collect(logs: readonly Log[], marks: Marks): Promise<RecordedLine[]> {
  const lines: RecordedLine[] = []
  await readAudit(
    logs,
    (line) => {
      if (lines.length < maxLines && (marks.are(line) || marks.areNear(line))) lines.push(line)
    },
    (text) => marks.isIn(text),
  )
  return lines.sort((a, b) => a.at - b.at)
}

/** A session has sign-ins to several applications. */
const isAlike = ({ client_id: clientId, page }: RecordedLine, first: RecordedLine): boolean =>
  (clientId ?? first.client_id) === first.client_id && (page ?? first.page) === first.page

/** Of the lines of a session those from one end of a sign-in to the next, around the ones that surely belong to it. */
function cutOut(lines: readonly RecordedLine[], marks: Marks): RecordedLine[] {
  const signIns: RecordedLine[][] = [[]]
  for (const line of lines) {
    const last = signIns.at(-1)?.at(-1)
    if (last !== undefined && isEnd(last) && last.support_id !== line.support_id) signIns.push([])
    signIns.at(-1)?.push(line)
  }
  return signIns.filter((signIn) => signIn.some((line) => marks.are(line))).flat()
}

/** A page has no line of its release. */
function isEnd({ audit, verdict, page }: RecordedLine): boolean {
  if (audit === 'released') return true
  return audit === 'decision' && (verdict === 'deny' || (verdict === 'release' && page !== undefined))
}

import type { RecordedLine } from '../../../src/audit-reading/recorded-line.ts'

type Line = Record<string, unknown> & { authsignal?: RecordedLine['authsignal'] }

const day = 24 * 3600_000
const users = 20_000
/** How many sign-ins an hour of the day has, compared with the others. */
const hours = [1, 1, 1, 1, 1, 2, 4, 9, 16, 18, 15, 12, 9, 14, 15, 13, 10, 7, 5, 4, 3, 2, 2, 1]
const weightOfDay = hours.reduce((sum, weight) => sum + weight, 0)

/**
 * So many lines, made of those of some sign-ins: each copy is of another time, user, session, request and step-up, and
 * hangs together as the first did.
 *
 * @param written the lines of each sign-in.
 * @param from epoch milliseconds of the first one.
 */
export function* multiply(
  written: readonly (readonly string[])[],
  { lines, days, from }: { readonly lines: number; readonly days: number; readonly from: number },
): Generator<string> {
  const signIns = written.map((texts) => texts.map((text): Line => JSON.parse(text)))
  const average = written.flat().length / written.length
  const copies = lines / average
  let left = lines
  let at = from
  for (let copy = 0; left > 0; copy++) {
    const signIn = signIns[copy % signIns.length] ?? []
    const first = Date.parse(String(signIn[0]?.['time']))
    for (const line of signIn.slice(0, left)) {
      const time = new Date(at + Date.parse(String(line['time'])) - first).toISOString()
      yield `${JSON.stringify(rename({ ...line, time }, copy))}\n`
      left -= 1
    }
    const weight = hours[new Date(at).getUTCHours()] ?? 1
    at += (days * day * weightOfDay) / (copies * hours.length * weight)
  }
}

function rename(line: Line, copy: number): Line {
  const { authsignal } = line
  const renamed: Line = { ...line }
  for (const name of ['support_id', 'trace_id', 'step_up', 'idempotency_key', 'session']) {
    const value = line[name]
    if (typeof value === 'string') renamed[name] = replaceEnd(value, copy)
  }
  // Some users come often, most of them seldom.
  const user = Math.floor(users * ((copy * 0.618034) % 1) ** 2)
  if (typeof line['subject'] === 'string') renamed['subject'] = `${line['subject']}-${user}`
  if (authsignal?.idempotency_key !== undefined) {
    const key = replaceEnd(authsignal.idempotency_key, copy)
    renamed.authsignal = { ...authsignal, idempotency_key: key }
  }
  return renamed
}

const replaceEnd = (id: string, copy: number): string => id.slice(0, -6) + copy.toString(16).padStart(6, '0')

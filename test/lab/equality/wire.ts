import type { Exchange } from './exchange.ts'

/** What stands before the body of an answer, as it came. */
export interface Wire {
  /** Behind the status code. */
  readonly reason: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** In what an answer through the gateway differs from the OP's own; the table in docs/limits.md has a row for each. */
export const wireDifferences = [
  'reason phrase',
  'case of header names',
  'order of header fields',
  '`Connection`, `Keep-Alive`',
  'end of the body',
  '`Date`',
] as const

export type WireDifference = (typeof wireDifferences)[number]

const ofConnection: ReadonlySet<string> = new Set(['connection', 'keep-alive'])
const ofFraming: ReadonlySet<string> = new Set(['transfer-encoding', 'content-length'])

/**
 * Compares what `compare` leaves out: the reason phrase, names by their case, the order of the fields, and what ends at the next
 * hop. All else is equal if `compare` finds nothing.
 *
 * @returns the rows, and in words what no row explains.
 */
export function compareWire({ wire: direct }: Exchange, { wire: through }: Exchange) {
  const rows = new Set<WireDifference>()
  const unexplained: string[] = []
  if (direct.reason !== through.reason) rows.add('reason phrase')

  const [names, own] = [namesOf(direct, isOfMessage), namesOf(through, isOfMessage)]
  if (own.some((name) => name !== name.toLowerCase())) unexplained.push(`${own} with capital letters`)
  if (names.some((name) => name !== name.toLowerCase())) rows.add('case of header names')
  if (lower(own) !== lower(group(names))) unexplained.push(`${own} in place of ${names}`)
  if (orderOf(direct, through) !== orderOf(through, direct)) rows.add('order of header fields')

  if (show(direct, ofConnection) !== show(through, ofConnection)) rows.add('`Connection`, `Keep-Alive`')
  if (show(direct, ofFraming) !== show(through, ofFraming)) rows.add('end of the body')
  const [dates, ownDates] = [namesOf(direct, isDate).length, namesOf(through, isDate).length]
  if (dates === 0 && ownDates === 1) rows.add('`Date`')
  else if (dates !== ownDates) unexplained.push(`${ownDates} Date fields in place of ${dates}`)
  return { rows, unexplained }
}

const isDate = (name: string): boolean => name === 'date'
const isOfMessage = (name: string): boolean =>
  !ofConnection.has(name) && !ofFraming.has(name) && !isDate(name)

function namesOf({ fields }: Wire, isMeant: (name: string) => boolean): string[] {
  return fields.map(([name]) => name).filter((name) => isMeant(name.toLowerCase()))
}

const lower = (names: readonly string[]): string => names.join().toLowerCase()

/** Fields of one name together, where the first of them stands. */
function group(names: readonly string[]): string[] {
  const known = [...new Set(names.map((name) => name.toLowerCase()))]
  return known.flatMap((one) => names.filter((name) => name.toLowerCase() === one))
}

function show({ fields }: Wire, names: ReadonlySet<string>): string {
  const some = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
  return some
    .filter(([name]) => names.has(name))
    .sort()
    .join()
}

/** Of the fields that both have: what was added has a row of its own. */
function orderOf({ fields }: Wire, other: Wire): string {
  const known = new Set(other.fields.map(([name]) => name.toLowerCase()))
  return fields
    .map(([name]) => name.toLowerCase())
    .filter((name) => known.has(name))
    .join()
}

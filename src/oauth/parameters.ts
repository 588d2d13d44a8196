import { escapeFormBytes } from '../http/form-text.ts'
import { Refusal } from '../refusal.ts'
import { authorizationParameters, identifyingParameters, repeatableParameters } from './oauth-parameters.ts'
import {
  isStrict,
  type ParameterRules,
  type Report,
  readName,
  readValue,
  reportSemicolons,
  splitPair,
} from './parameter-rules.ts'

/** As many as PHP reads by default; beyond it servers begin to drop some. What a semicolon parts counts too. */
const maxCount = 1000

/**
 * The names of one request together, escapes included. To read a name in every way that servers might takes many times as
 * long as to read a value; a form of a thousand fields has 64 bytes for each.
 */
const maxNameBytes = 64 * 1024

/** With the name at its beginning. */
const piece = /[&;]([^=&;]*)/g

/** The parameters of one request, each name with one meaning. */
export interface Parameters {
  /** The value; an empty one counts as absent (RFC 6749 3.1). The first, for names that may repeat. */
  get(name: string): string | undefined
  /** Whether `get` has a value. */
  has(name: string): boolean
  /** Every distinct value that is not empty, in their order. */
  all(name: string): readonly string[]
  /** Every name that was sent, those with empty values included. */
  readonly names: ReadonlySet<string>
  /** How many bytes are in `toQuery` at most, once its escapes are undone. */
  readonly mostBytes: number
  /**
   * The parameters as a query, for driving the request again: values byte for byte as they came, equal repetitions
   * once.
   *
   * @param changes new values by name; undefined leaves the parameter out.
   */
  toQuery(changes?: ReadonlyMap<string, string | undefined>): string
  /** The same of OAuth's own parameters alone: never a password that an OP's form holds besides. */
  toOAuthQuery(): string
}

/** A name and a value as they stand on the wire. */
interface Pair {
  readonly rawName: string
  readonly rawValue: string
  readonly name: string
}

/** Parameters as one server reads them, and what another could read differently. */
export interface LooseParameters {
  readonly parameters: Parameters
  /** Why a request of a protected client is refused, by keys as `Report` names them. */
  readonly faults: ReadonlyMap<string, Refusal>
  /** The values of a parameter of OAuth, those under names included that only lenient servers read as its own. */
  allAs(name: string): readonly string[]
}

/**
 * Reads the parameters of a request to a guarded endpoint. By whatever names a server could know whose request it is,
 * every server knows the same.
 *
 * @param parts the query of the target, and the body of a form.
 * @param rules `authorization`: names that aren't parameters of OAuth belong to the OP's own forms, and may repeat and
 *   have any bytes as their values. `backchannel`: everything is well-formed, and the query holds nothing of OAuth (RFC 6749 2.3.1, 3.2).
 * @param fault of the form as a whole.
 * @throws Refusal `ambiguous_parameters`, `malformed_parameters`, or `body_too_large` beyond 1000 parameters or 64 KiB of names.
 */
export function readParameters(
  parts: { query: string; body?: Buffer | undefined },
  rules: ParameterRules,
  fault?: Refusal,
): LooseParameters {
  const form = parts.body?.toString('latin1') ?? ''
  requireFew([parts.query, form])
  const query = splitPairs(parts.query)
  const body = splitPairs(form)
  const values = new Map<string, Set<string>>()
  const pairs: Pair[] = []
  const faults = new Map(fault && [['', fault]])
  const spellings = new Map<string, readonly string[]>()
  const report: Report = (name, code, detail, key = name) => {
    // guard: identifying-parameters
    if (identifyingParameters.has(name)) throw new Refusal(code, detail)
    if (!faults.has(key)) faults.set(key, new Refusal(code, detail))
  }
  for (const [index, text] of [...query, ...body].entries()) {
    if (text === '') continue
    const { rawName, rawValue } = splitPair(text)
    const { name, others } = readName(rawName, rules, report)
    for (const other of others) {
      // guard: loose-names
      report(other, 'ambiguous_parameters', `a name that could be read as ${other}`)
      spellings.set(other, [...(spellings.get(other) ?? []), name])
    }
    // guard: back-channel-query
    if (rules === 'backchannel' && index < query.length && isStrict(name, rules)) {
      report(name, 'malformed_parameters', `${name} in the query of a back-channel request`)
    }
    reportSemicolons(name, text, rules, report)
    if (addValue(values, name, readValue(name, rawValue, rules, report), rules, report)) {
      pairs.push({ rawName, rawValue, name })
    }
  }
  const parameters = createParameters(values, pairs)
  return {
    parameters,
    faults,
    allAs: (name) => [name, ...new Set(spellings.get(name))].flatMap(parameters.all),
  }
}

/**
 * The same, in the one way that no server could read differently.
 *
 * @throws Refusal as `readParameters` does, and for every fault.
 */
export function parseParameters(
  parts: { query: string; body?: Buffer | undefined },
  rules: ParameterRules,
): Parameters {
  const { parameters, faults } = readParameters(parts, rules)
  for (const fault of faults.values()) throw fault
  return parameters
}

const splitPairs = (text: string): string[] => (text === '' ? [] : text.split('&'))

/** Before any of it is read. What stands between semicolons counts as a parameter too. */
function requireFew(texts: readonly string[]): void {
  // Each has a character at least, or what parts it from the next.
  if (texts.reduce((length, text) => length + text.length + 1, 0) <= maxCount) return
  let [count, nameBytes] = [0, 0]
  for (const text of texts) {
    if (text === '') continue
    for (const [, name = ''] of `&${text}`.matchAll(/* guard: semicolon-pieces */ piece)) {
      count++
      nameBytes += name.length
      if (count > maxCount) throw new Refusal('body_too_large', `expected at most ${maxCount} parameters`)
      // guard: all-names-length
      if (nameBytes > maxNameBytes) {
        throw new Refusal('body_too_large', `expected names of at most ${maxNameBytes} bytes in all`)
      }
    }
  }
}

/** @returns false for an equal repetition of an OAuth parameter, which adds nothing. */
function addValue(
  values: Map<string, Set<string>>,
  name: string,
  value: string,
  rules: ParameterRules,
  report: Report,
): boolean {
  const known = values.get(name)
  if (known === undefined) {
    values.set(name, new Set([value]))
    return true
  }
  if (known.has(value)) return !isStrict(name, rules)
  // guard: one-value
  if (isStrict(name, rules) && !repeatableParameters.has(name)) {
    report(name, 'ambiguous_parameters', `different values of ${name}`)
  }
  known.add(value)
  return true
}

function createParameters(
  values: ReadonlyMap<string, ReadonlySet<string>>,
  pairs: readonly Pair[],
): Parameters {
  const all = (name: string) => [...(values.get(name) ?? [])].filter((value) => value !== '')
  const get = (name: string) => {
    for (const value of values.get(name) ?? []) if (value !== '') return value
    return undefined
  }
  return {
    get,
    has: (name) => get(name) !== undefined,
    all,
    names: new Set(values.keys()),
    mostBytes: pairs.reduce((sum, { rawName, rawValue }) => sum + rawName.length + rawValue.length + 2, 0),
    toQuery(changes = new Map()) {
      const kept = pairs.filter(({ name }) => !changes.has(name)).map(spell)
      const changed = [...changes].flatMap(([name, value]) =>
        value === undefined ? [] : [new URLSearchParams([[name, value]]).toString()],
      )
      return [...kept, ...changed].join('&')
    },
    toOAuthQuery: () =>
      pairs
        .filter(({ name }) => authorizationParameters.has(name))
        .map(spell)
        .join('&'),
  }
}

const spell = ({ rawName, rawValue }: Pair): string =>
  `${escapeFormBytes(rawName)}=${escapeFormBytes(rawValue)}`

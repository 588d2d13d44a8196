import { decodeFormBytes, decodeFormText } from '../http/form-text.ts'
import { Refusal } from '../refusal.ts'
import { readNameLoosely } from './loose-name.ts'
import { authorizationParameters, decisiveParameters, oauthParameters } from './oauth-parameters.ts'

/** The longest client_id that is read, in characters. */
export const maxClientIdLength = 4096

/** In bytes. To read a name in every way that servers might takes longer than to read its bytes. */
const maxNameLength = 256

/** Which requests the parameters belong to: browsers' or clients'. */
export type ParameterRules = 'authorization' | 'backchannel'

/**
 * `strict` names have one well-formed value; a name that only lenient servers read as one of `alike` is refused. At an
 * authorization endpoint user names, passwords and tokens are fields of the OP's own forms.
 */
const rulesets = {
  authorization: {
    strict: new Set([...authorizationParameters, 'grant_type', 'code']),
    alike: authorizationParameters,
  },
  backchannel: { strict: oauthParameters, alike: oauthParameters },
} as const satisfies Record<ParameterRules, { strict: ReadonlySet<string>; alike: ReadonlySet<string> }>

/** Whether a name has one well-formed value in such a request. */
export function isStrict(name: string, rules: ParameterRules): boolean {
  return rulesets[rules].strict.has(name)
}

/** Name and value as they stand on the wire; a name without `=` has an empty value. */
export function splitPair(text: string): { rawName: string; rawValue: string } {
  const end = text.indexOf('=')
  return end < 0
    ? { rawName: text, rawValue: '' }
    : { rawName: text.slice(0, end), rawValue: text.slice(end + 1) }
}

/**
 * A parameter's decoded name. It is ASCII: servers that compare names by collation, drop what they can't decode, or
 * convert from Unicode take other names for one of OAuth's, each in its own way, and no form of an OP needs them.
 *
 * @throws Refusal `ambiguous_parameters` for a name that only lenient servers read as a parameter of OAuth;
 *   `malformed_parameters` for one that is longer than 256 bytes, or holds what is no escape.
 */
export function readName(rawName: string, rules: ParameterRules): string {
  const { strict, alike } = rulesets[rules]
  const name = requirePlain(rawName)
  if (strict.has(name)) return name
  const other = readNameLoosely(name).find((reading) => alike.has(reading))
  // guard: loose-names
  if (other !== undefined) throw new Refusal('ambiguous_parameters', `a name that could be read as ${other}`)
  if (decodeFormText(rawName) === undefined)
    throw new Refusal('malformed_parameters', 'a broken escape in a name')
  return name
}

/** Before anything else is done with a name: what is refused here was only decoded. */
function requirePlain(rawName: string): string {
  const name = decodeFormBytes(rawName)
  // guard: name-length
  if (name.length > maxNameLength) {
    throw new Refusal('malformed_parameters', `a name of more than ${maxNameLength} bytes`)
  }
  // guard: ascii-names
  if (!/^[\0-\x7f]*$/.test(name)) throw new Refusal('ambiguous_parameters', 'a name outside ASCII')
  return name
}

/**
 * Perl, and Python and Ruby of old, end a parameter at `;` too (CVE-2021-23336).
 *
 * @param text the whole pair as it stands on the wire.
 * @throws Refusal `ambiguous_parameters` where that would give another request.
 */
export function refuseSemicolons(name: string, text: string, rules: ParameterRules): void {
  if (!text.includes(';')) return
  const { strict, alike } = rulesets[rules]
  const hidden = text
    .split(';')
    .slice(1)
    .flatMap((piece) => readNameLoosely(requirePlain(splitPair(piece).rawName)))
    .find((reading) => alike.has(reading))
  // guard: after-semicolons
  if (hidden !== undefined) throw new Refusal('ambiguous_parameters', `${hidden} after a semicolon`)
  if (strict.has(name) && decisiveParameters.has(name)) {
    throw new Refusal('ambiguous_parameters', `an unescaped semicolon in ${name}`)
  }
}

/**
 * A parameter's decoded value; that of a field of the OP's own forms as it stands if it isn't well-formed.
 *
 * @throws Refusal `malformed_parameters`
 */
export function readValue(name: string, rawValue: string, rules: ParameterRules): string {
  const strict = isStrict(name, rules)
  const value = decodeFormText(rawValue)
  if (value === undefined) {
    if (!strict && rules === 'authorization') return rawValue
    throw new Refusal(
      'malformed_parameters',
      `the value of ${strict ? name : 'a parameter'} is not well-formed UTF-8`,
    )
  }
  if (!strict) return value
  // guard: control-characters
  if (value.includes('\0') || (decisiveParameters.has(name) && /\p{Cc}/u.test(value))) {
    throw new Refusal('malformed_parameters', `a control character in ${name}`)
  }
  if (name === 'client_id' && value.length > maxClientIdLength) {
    throw new Refusal(
      'malformed_parameters',
      `expected a client_id of at most ${maxClientIdLength} characters`,
    )
  }
  return value
}

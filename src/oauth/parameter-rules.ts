import { decodeFormBytes, decodeFormText } from '../http/form-text.ts'
import { Refusal, type RefusalCode } from '../refusal.ts'
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

/**
 * Takes what two servers could read differently.
 *
 * @param name the parameter of OAuth that it is about; '' if it is about none.
 * @param key under which it is kept; the name, unless a semicolon hides it.
 */
export type Report = (name: string, code: RefusalCode, detail: string, key?: string) => void

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

/** A parameter's decoded name, and the parameters of OAuth that only lenient servers read it as. */
export interface ReadName {
  readonly name: string
  readonly others: readonly string[]
}

/**
 * Reads a name. It is ASCII: servers that compare names by collation, drop what they can't decode, or convert from
 * Unicode take other names for one of OAuth's, each in its own way, and no form of an OP needs them.
 *
 * @param report gets `malformed_parameters` for a name that holds what is no escape.
 * @throws Refusal `ambiguous_parameters` for a name outside ASCII; `malformed_parameters` for one of more than 256 bytes.
 */
export function readName(rawName: string, rules: ParameterRules, report: Report): ReadName {
  const { strict, alike } = rulesets[rules]
  if (strict.has(rawName)) return { name: rawName, others: [] }
  const name = requirePlain(rawName)
  if (strict.has(name)) return { name, others: [] }
  if (decodeFormText(rawName) === undefined) report('', 'malformed_parameters', 'a broken escape in a name')
  return { name, others: readNameLoosely(name).filter((reading) => alike.has(reading)) }
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
 * @param report gets `ambiguous_parameters` where that would give another request.
 * @throws Refusal as `readName` does.
 */
export function reportSemicolons(name: string, text: string, rules: ParameterRules, report: Report): void {
  if (!text.includes(';')) return
  const { strict, alike } = rulesets[rules]
  for (const piece of text.split(';').slice(1)) {
    for (const hidden of readNameLoosely(requirePlain(splitPair(piece).rawName))) {
      // guard: after-semicolons
      if (alike.has(hidden))
        report(hidden, 'ambiguous_parameters', `${hidden} after a semicolon`, `;${hidden}`)
    }
  }
  if (strict.has(name) && decisiveParameters.has(name)) {
    report(name, 'ambiguous_parameters', `an unescaped semicolon in ${name}`)
  }
}

/**
 * A parameter's decoded value, or the value as it stands if it isn't well-formed.
 *
 * @param report gets `malformed_parameters`, but not for what such values may be in fields of the OP's own forms.
 */
export function readValue(name: string, rawValue: string, rules: ParameterRules, report: Report): string {
  const strict = isStrict(name, rules)
  const value = decodeFormText(rawValue)
  if (value === undefined) {
    if (strict) report(name, 'malformed_parameters', `the value of ${name} is not well-formed UTF-8`)
    else if (rules === 'backchannel')
      report('', 'malformed_parameters', 'the value of a parameter is not well-formed UTF-8')
    return rawValue
  }
  if (!strict) return value
  // guard: control-characters
  if (value.includes('\0') || (decisiveParameters.has(name) && /\p{Cc}/u.test(value))) {
    report(name, 'malformed_parameters', `a control character in ${name}`)
  }
  if (name === 'client_id' && value.length > maxClientIdLength) {
    report(name, 'malformed_parameters', `expected a client_id of at most ${maxClientIdLength} characters`)
  }
  return value
}

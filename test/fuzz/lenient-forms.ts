/** What a server makes of the query and the body of a request: the value of a parameter, or undefined. */
export type FormModel = (query: string, body: string, name: string) => string | undefined

type Pair = readonly [name: string, value: string]

function decode(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function split(text: string, separator: string | RegExp = '&'): Pair[] {
  return text
    .split(separator)
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split(/=(.*)/s)
      return [decode(name), decode(value)] as const
    })
}

const first = (pairs: readonly Pair[], accept: (name: string) => boolean) =>
  pairs.find(([name]) => accept(name))?.[1]
const last = (pairs: readonly Pair[], accept: (name: string) => boolean) =>
  pairs.findLast(([name]) => accept(name))?.[1]

/** PHP: `client.id`, `client id` and `client[id` are `client_id`, `state[]` and `state[a]` are parts of `state`. */
function nameInPhp(name: string): string {
  const trimmed = name.replace(/^ +/, '').split('\0', 1).join('')
  return trimmed.replace(/(?!^)\[.*\].*$/s, '').replace(/[. [\]]/g, '_')
}

/** Servers that split at `;` too are held to parameters that decide only; see `isForDecisive`. */
export const splitsAtSemicolons: FormModel = (query, body, name) =>
  first(split(`${query}&${body}`, /[&;]/), (one) => one === name)

export const forms: readonly FormModel[] = [
  (query, body, name) => first(split(`${query}&${body}`), (one) => one === name),
  (query, body, name) => last(split(`${query}&${body}`), (one) => one === name),
  (query, body, name) => first(split(`${body}&${query}`), (one) => one === name),
  (query, body, name) => last(split(`${body}&${query}`), (one) => one === name),
  (query, body, name) => last(split(`${query}&${body}`), (one) => nameInPhp(one) === name),
  (query, body, name) => first(split(`${query}&${body}`), (one) => one.toLowerCase() === name),
  (query, body, name) => last(split(`${query}&${body}`), (one) => one.toLowerCase() === name),
  (query, body, name) => first(split(`${query}&${body}`), (one) => one.trim() === name),
  (query, body, name) => last(split(`${query}&${body}`), (one) => decode(one) === name),
  (query, body, name) => last(split(`${query}&${body}`), (one) => one.split('\0', 1).join('') === name),
]

/** Where a policy stands in the configuration, for the person who has to change it. */
export interface PolicyOrigin {
  /** Its section, as `clients.web`. */
  readonly section: string
  /** File and line of its section, as `gateway.yaml:23`; of the file's first line where it has none. */
  readonly at: string
  /** File and line of each key that is set, whether in its section or in `defaults`. */
  readonly keys: Readonly<Record<string, string>>
  /** Of these the ones that only `defaults` has. */
  readonly inherited: readonly string[]
}

/** The full name of a policy's key where it is set, else where it can be: `clients.web.methods`, `defaults.methods`. */
export function nameKey(
  { origin }: { readonly origin?: PolicyOrigin | undefined },
  key: string,
): string | undefined {
  return origin && `${origin.inherited.includes(key) ? 'defaults' : origin.section}.${key}`
}

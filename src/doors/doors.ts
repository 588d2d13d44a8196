/**
 * How serious a finding of `check` is. `open`: a way to tokens without a step-up. `breaks`: sign-ins fail. `closed`:
 * the OP offers it and the gateway refuses it. `info`: works, and an operator may want to know.
 */
export type DoorLevel = 'open' | 'breaks' | 'closed' | 'info'

/** A key of the configuration with the value that closes the door, or a sentence that says what to do. */
export type Remedy =
  | { readonly kind: 'set'; readonly key: string; readonly value: unknown }
  | { readonly kind: 'do'; readonly text: string }

/** A way to tokens of a protected client, or something that can break its sign-ins. */
export interface Door {
  readonly level: DoorLevel
  /** What it is about, in a few words. */
  readonly subject: string
  readonly meaning: string
  /** For a client, keys are relative to its section; otherwise they are full paths from the top of the file. */
  readonly remedy?: Remedy
}

/** Metadata of an OP by its wire names (OIDC Discovery 1.0, 3; RFC 8414, 2). */
export type Metadata = Readonly<Record<string, unknown>>

/** What is known of the OP. */
export interface ProviderFacts {
  /** Discovered, with `provider.endpoints` over it. */
  readonly metadata: Metadata
  /** Endpoints that must be guarded and can't be, as they live elsewhere: `name at origin`. */
  readonly unguarded: readonly string[]
  /** Endpoints for which discovery names the OP's own address, which bypasses the gateway. */
  readonly bypassing: readonly string[]
  /** Whether requests for this URL end at the OP behind the gateway. */
  serves(url: URL): boolean
  /** Whether the gateway answers this path with 404. */
  isClosed(path: string): boolean
}

const levels: readonly DoorLevel[] = ['open', 'breaks', 'closed', 'info']

/** The worst first; what is equally bad stays in its order. */
export function sortDoors(doors: readonly Door[]): Door[] {
  return doors.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level))
}

/** The strings of a list in metadata; undefined if the OP doesn't say. */
export function listOf(metadata: Metadata, name: string): readonly string[] | undefined {
  const value = metadata[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

/** An address in metadata; undefined if there is none. */
export function urlOf(metadata: Metadata, name: string): URL | undefined {
  const value = metadata[name]
  return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
}

/** A remedy that is a key of the configuration. */
export const set = (key: string, value: unknown): { remedy: Remedy } => ({
  remedy: { kind: 'set', key, value },
})

/** A remedy that is a sentence. */
export const advise = (text: string): { remedy: Remedy } => ({ remedy: { kind: 'do', text } })

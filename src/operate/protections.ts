import type { ClientPolicy, Config } from '../config/schema/schema.ts'

/** How something is protected, in the words of the configuration. */
export interface Protection {
  /** A client's id, or a page's name. */
  readonly name: string
  readonly kind: 'client' | 'page' | 'all other clients'
  readonly mode: ClientPolicy['mode']
  readonly action: string
  /** An empty list: any. */
  readonly methods: readonly string[]
  /** Milliseconds. */
  readonly remember: number
  readonly unenrolled: ClientPolicy['unenrolled']
  readonly onError: ClientPolicy['onError']
  /** File and line. */
  readonly at?: string | undefined
}

export interface Protections {
  /** What is not off: what is enforced first. */
  readonly listed: readonly Protection[]
  /** How many more there are. */
  readonly others: number
  /** The mode of clients that are not listed in the configuration. */
  readonly otherClients: ClientPolicy['mode']
  /** How many clients of the configuration have each mode. */
  readonly clients: Readonly<Record<ClientPolicy['mode'], number>>
}

/** No operator reads more of them on one page. */
const maxListed = 100

/** What a configuration protects: clients, pages, and clients that it does not list. */
export function listProtections({ clients, defaults, protectedPaths, passkeys }: Config): Protections {
  const policies = [...clients.values()]
  const ofClients = policies.map((policy) => describe('client', policy.clientId, policy))
  const pages = [
    ...protectedPaths.map(({ name, policy }) => describe('page', name, policy)),
    ...(passkeys ? [describe('page', 'passkeys', passkeys.policy)] : []),
  ]
  const all = [...pages, ...ofClients, describe('all other clients', '', defaults)]
  const sorted = (['enforce', 'monitor'] as const).flatMap((mode) => all.filter((it) => it.mode === mode))
  const countOf = (mode: ClientPolicy['mode']): number =>
    policies.filter((policy) => policy.mode === mode).length
  return {
    listed: sorted.slice(0, maxListed),
    others: Math.max(0, sorted.length - maxListed),
    otherClients: defaults.mode,
    clients: { enforce: countOf('enforce'), monitor: countOf('monitor'), off: countOf('off') },
  }
}

const describe = (kind: Protection['kind'], name: string, policy: ClientPolicy): Protection => {
  const { mode, action, methods, remember, unenrolled, onError, origin } = policy
  return { kind, name, mode, action, methods, remember, unenrolled, onError, at: origin?.at }
}

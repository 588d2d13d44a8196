import { dirname, relative } from 'node:path'
import { formatKey, type Path } from '../config-error.ts'
import type { PolicyOrigin } from '../policy-origin.ts'
import type { ClientPolicy, Config } from '../schema/schema.ts'
import { type Layer, locate } from './layers.ts'
import { isMapping, pick } from './values.ts'

/**
 * Writes into each policy where it stands.
 *
 * @param value the merged values of all files, from which the configuration was made.
 * @param layers these files, the operator's own first.
 */
export function locatePolicies(config: Config, value: unknown, layers: readonly Layer[]): Config {
  const withOrigin = (policy: ClientPolicy, section: Path): ClientPolicy => ({
    ...policy,
    origin: findOrigin(section, value, layers),
  })
  const { defaults, clients, protectedPaths, passkeys } = config
  const sections = new Map(listClients(value))
  return {
    ...config,
    defaults: withOrigin(defaults, ['defaults']),
    clients: new Map(
      Array.from(clients, ([clientId, policy]) => [
        clientId,
        withOrigin(policy, ['clients', sections.get(clientId) ?? clientId]),
      ]),
    ),
    protectedPaths: protectedPaths.map((page, index) => ({
      ...page,
      policy: withOrigin(page.policy, ['protectedPaths', index]),
    })),
    ...(passkeys && { passkeys: { ...passkeys, policy: withOrigin(passkeys.policy, ['passkeys']) } }),
  }
}

/** The key of each client's section, by client_id. */
function listClients(value: unknown): [clientId: string, key: string][] {
  return keysOf(pick(value, ['clients'])).map((key) => {
    const clientId = pick(value, ['clients', key, 'clientId'])
    return [typeof clientId === 'string' ? clientId : key, key]
  })
}

function findOrigin(section: Path, value: unknown, layers: readonly Layer[]): PolicyOrigin {
  const own = keysOf(pick(value, section))
  const inherited = keysOf(pick(value, ['defaults'])).filter((key) => !own.includes(key))
  const placesIn = (path: Path, keys: readonly string[]) =>
    keys.map((key) => [key, describePlace([...path, key], layers)])
  return {
    section: formatKey(section),
    at: describePlace(section, layers),
    keys: Object.fromEntries([...placesIn(section, own), ...placesIn(['defaults'], inherited)]),
    inherited,
  }
}

/** A file as seen from the configuration's folder, and a line. */
function describePlace(path: Path, layers: readonly Layer[]): string {
  const [main] = layers
  const { file, line } = locate(layers, path, 'key') ?? { file: '', line: 1 }
  const folder = dirname(main?.source.file ?? '')
  return `${relative(folder, file)}:${line}`
}

const keysOf = (value: unknown): string[] => (isMapping(value) ? Object.keys(value) : [])

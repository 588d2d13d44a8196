import { dirname, relative } from 'node:path'
import { formatKey, type Path } from '../config-error.ts'
import type { PolicyOrigin } from '../policy-origin.ts'
import type { ClientPolicy, Config } from '../schema/schema.ts'
import { type Layers, locate } from './layers.ts'
import { isMapping, pick } from './values.ts'

/**
 * Writes into each policy where it stands.
 *
 * @param value the merged values of all files, from which the configuration was made.
 * @param file the operator's own file; places are relative to its folder.
 */
export function locatePolicies(config: Config, value: unknown, layers: Layers, file: string): Config {
  const findOrigin = createFindOrigin(value, layers, dirname(file))
  const withOrigin = (policy: ClientPolicy, section: Path): ClientPolicy => ({
    ...policy,
    origin: findOrigin(section),
  })
  const { defaults, clients, protectedPaths, passkeys } = config
  // In the order of the sections that the policies were made from.
  const sections = keysOf(pick(value, ['clients']))
  return {
    ...config,
    defaults: withOrigin(defaults, ['defaults']),
    clients: new Map(
      Array.from(clients.values(), (policy, index) => [
        policy.clientId,
        withOrigin(policy, ['clients', ...sections.slice(index, index + 1)]),
      ]),
    ),
    protectedPaths: protectedPaths.map((page, index) => ({
      ...page,
      policy: withOrigin(page.policy, ['protectedPaths', index]),
    })),
    ...(passkeys && { passkeys: { ...passkeys, policy: withOrigin(passkeys.policy, ['passkeys']) } }),
  }
}

function createFindOrigin(value: unknown, layers: Layers, folder: string): (section: Path) => PolicyOrigin {
  const names = new Map<string, string>()
  /** A file as seen from the folder of the operator's own, and a line. */
  const describePlace = (path: Path): string => {
    const { file, line } = locate(layers, path, 'key')
    const name = names.get(file) ?? relative(folder, file)
    names.set(file, name)
    return `${name}:${line}`
  }
  const placesIn = (path: Path): [key: string, place: string][] =>
    keysOf(pick(value, path)).map((key) => [key, describePlace([...path, key])])
  const defaults = placesIn(['defaults'])
  return (section) => {
    const own = placesIn(section)
    const ownKeys = new Set(own.map(([key]) => key))
    const inherited = defaults.filter(([key]) => !ownKeys.has(key))
    return {
      section: formatKey(section),
      at: describePlace(section),
      keys: Object.fromEntries([...own, ...inherited]),
      inherited: inherited.map(([key]) => key),
    }
  }
}

const keysOf = (value: unknown): string[] => (isMapping(value) ? Object.keys(value) : [])

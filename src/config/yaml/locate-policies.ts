import { dirname, relative } from 'node:path'
import { formatKey, type Path } from '../config-error.ts'
import type { PolicyOrigin } from '../policy-origin.ts'
import type { ClientPolicy, Config } from '../schema/schema.ts'
import { type Layer, toProblem } from './layers.ts'
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
  return {
    ...config,
    defaults: withOrigin(defaults, ['defaults']),
    clients: new Map(
      // In the order of the sections that they were made from.
      Array.from(clients.values(), (policy, index) => [
        policy.clientId,
        withOrigin(policy, ['clients', ...keysOf(pick(value, ['clients'])).slice(index, index + 1)]),
      ]),
    ),
    protectedPaths: protectedPaths.map((page, index) => ({
      ...page,
      policy: withOrigin(page.policy, ['protectedPaths', index]),
    })),
    ...(passkeys && { passkeys: { ...passkeys, policy: withOrigin(passkeys.policy, ['passkeys']) } }),
  }
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

/** A file as seen from the folder of the operator's own, and a line. */
function describePlace(path: Path, layers: readonly Layer[]): string {
  const { file, line } = toProblem(layers, path, 'key', { message: '', fix: '' })
  const folders = layers.slice(0, 1).map(({ source }) => dirname(source.file))
  return `${relative(folders.join(), file)}:${line}`
}

const keysOf = (value: unknown): string[] => (isMapping(value) ? Object.keys(value) : [])

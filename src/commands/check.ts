import { isDeepStrictEqual } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { findClientDoors, findPageDoors } from '../doors/client-doors.ts'
import type { Door, ProviderFacts } from '../doors/doors.ts'
import { findGatewayDoors } from '../doors/gateway-doors.ts'
import { type DoorGroup, printDoors } from '../doors/print-doors.ts'
import { findProviderDoors, findSignInDoors } from '../doors/provider-doors.ts'
import { createPages } from '../pages/pages.ts'
import { type Inspection, inspectProvider } from '../provider/inspect-provider.ts'
import { nameStore } from '../store/name-store.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { connectUpstream } from '../upstream/connection.ts'
import { type CommandContext, parseConfigOption } from './command.ts'

const offline = '--offline'

/**
 * `check --config FILE [--offline]`: reads the configuration and the OP's metadata, and lists for each client the ways
 * to its tokens that stay open. Exit code 1 if the OP's metadata can't be read or used; open ways don't change it.
 */
export async function check({ args, env, stdout, stop }: CommandContext): Promise<number> {
  const config = loadConfig(parseConfigOption(args.filter((arg) => arg !== offline)), env)
  // Proves the logo and the templates, as a start would.
  createPages(config.pages)
  const found = args.includes(offline) ? undefined : await inspect(config, stop)
  stdout.write(`${describe(config, found).join('\n')}\n`)
  return found?.kind === 'unusable' ? 1 : 0
}

async function inspect(config: Config, stop: AbortSignal): Promise<Inspection> {
  const upstream = connectUpstream(config)
  const signal = AbortSignal.any([stop, AbortSignal.timeout(config.upstream.timeout)])
  return inspectProvider(config, upstream, signal).finally(() => upstream.close())
}

function describe(config: Config, found: Inspection | undefined): string[] {
  const { size } = config.clients
  const facts = found?.kind === 'known' ? found.facts : undefined
  return [
    `configuration is valid: ${size} ${size === 1 ? 'client' : 'clients'}`,
    makeSafe(`provider ${config.provider.issuer}: ${describeInspection(found)}`),
    ...printDoors(groupDoors(config, facts)),
    describeStore(config.store),
    "next: step-up-gateway doctor asks the probe's client and Authsignal too",
  ]
}

function describeStore(store: Config['store']): string {
  return store === 'memory'
    ? 'note: the memory store is for one instance only'
    : `note: state is kept at ${nameStore(store)}, which check does not ask`
}

function describeInspection(found: Inspection | undefined): string {
  switch (found?.kind) {
    case undefined:
      return 'not asked'
    case 'known':
      return found.source
    case 'unusable':
      return `can't be read, and until it can, every request gets 503: ${found.reason}`
  }
}

function groupDoors(config: Config, facts: ProviderFacts | undefined): DoorGroup[] {
  const policies = [...config.clients.values(), config.defaults]
  const common = facts && policies.some(isActive) ? findProviderDoors(config, facts) : []
  const clients = policies.map((policy) => ({
    title: `${policy.clientId || 'all others'}: ${describePolicy(policy)}`,
    doors: isActive(policy) ? findClientDoors(policy, facts) : [],
  }))
  const shared = findShared(clients.filter((_, index) => policies[index]?.mode !== 'off'))
  const gateway = findGatewayDoors(config, Date.now())
  return [
    ...(gateway.length > 0 ? [{ title: 'the gateway', doors: gateway }] : []),
    ...(common.length > 0 ? [{ title: 'every protected client', doors: common }] : []),
    ...(shared.length > 0 ? [{ title: 'each of these clients that is not off', doors: shared }] : []),
    ...clients.map(({ title, doors }) => ({
      title,
      doors: doors.filter((door) => !shared.some((other) => isDeepStrictEqual(door, other))),
    })),
    ...config.protectedPaths.map(({ name, policy }) => ({
      title: `page ${name}: ${describePolicy(policy)}`,
      doors: findPageDoors(policy),
    })),
    ...groupPasskeys(config),
  ]
}

/** What holds for each of several clients is said once. */
function findShared([first, ...others]: readonly DoorGroup[]): Door[] {
  if (!first || others.length === 0) return []
  return first.doors.filter((door) =>
    others.every(({ doors }) => doors.some((other) => isDeepStrictEqual(door, other))),
  )
}

function groupPasskeys({ passkeys }: Config): DoorGroup[] {
  if (!passkeys) return []
  const { policy, signIn } = passkeys
  return [
    { title: `passkey page: ${describePolicy(policy)}`, doors: findPageDoors(policy) },
    ...(signIn
      ? [{ title: `passkey sign-in: action ${signIn.action}`, doors: [...findSignInDoors(signIn)] }]
      : []),
  ]
}

const isActive = ({ mode }: ClientPolicy): boolean => mode !== 'off'

function describePolicy(policy: ClientPolicy): string {
  return isActive(policy) ? `${policy.mode}, action ${policy.action}` : 'off'
}

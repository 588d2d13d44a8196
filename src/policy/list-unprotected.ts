import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { passkeysPageName } from './policies.ts'

/** What one configuration enforces and the next one does not, in words for an operator. */
export function listUnprotected(before: Config, next: Config): readonly string[] {
  const modeIn = ({ clients, defaults }: Config, id: string): ClientPolicy['mode'] =>
    (clients.get(id) ?? defaults).mode
  const clients = [...new Set([...before.clients.keys(), ...next.clients.keys()])]
    .filter((id) => modeIn(before, id) === 'enforce' && modeIn(next, id) !== 'enforce')
    .map((id) => `client ${id}`)
  const pages = listEnforcedPages(next)
  return [
    ...(before.defaults.mode === 'enforce' && next.defaults.mode !== 'enforce' ? ['all other clients'] : []),
    ...[...listEnforcedPages(before)].filter((name) => !pages.has(name)).map((name) => `page ${name}`),
    ...clients,
  ]
}

function listEnforcedPages({ protectedPaths, passkeys }: Config): ReadonlySet<string> {
  const pages = protectedPaths.filter(({ policy }) => policy.mode === 'enforce').map(({ name }) => name)
  return new Set([...pages, ...(passkeys ? [passkeysPageName] : [])])
}

import { redirectUriKey } from '../config/redirect-uri-key.ts'
import type { ClientPolicy, Config } from '../config/schema.ts'
import { createFindLookAlike } from './look-alikes.ts'

/** Which policy governs a client, and which one owns a redirect URI. */
export interface Policies {
  /** Whether any client is protected or watched. */
  readonly areAnyActive: boolean
  /** The policies that protect, the defaults among them where they do. */
  readonly enforced: readonly ClientPolicy[]
  /** Whether any protected client may get tokens through the browser. */
  readonly areTokensInFrontChannel: boolean
  /** The client's own policy, that of the protected client for which it could pass, or the defaults under its name. */
  ofClient(clientId: string): ClientPolicy
  /** The protected client for which an OP could take this id, which is not its own and not listed. */
  findLookAlike(clientId: string): string | undefined
  /** By what name a case is counted: of clients that are not listed anybody can name as many as he likes. */
  counterOf(it: { readonly policyId: string; readonly page?: string }): string
  /** The policy that governs a case: its page's, or its client's. */
  ofCase(it: { readonly policyId: string; readonly page?: string }): ClientPolicy
  /** The policy that lists this redirect URI, compared as `redirectUriKey` does. */
  ofRedirectUri(redirectUri: string): ClientPolicy | undefined
}

/** By what name the passkey page goes where paths of the OP's begin with a slash. */
export const passkeysPageName = 'passkeys'

export function createPolicies(config: Config): Policies {
  const owners = new Map<string, ClientPolicy>()
  for (const policy of config.clients.values()) {
    for (const uri of policy.redirectUris) {
      const key = redirectUriKey(uri)
      if (key !== undefined) owners.set(key, policy)
    }
  }
  const pages = new Map(config.protectedPaths.map(({ name, policy }) => [name, policy]))
  if (config.passkeys) pages.set(passkeysPageName, config.passkeys.policy)
  const all = [config.defaults, ...config.clients.values()]
  const enforced = all.filter(({ mode }) => mode === 'enforce')
  const listed = [...config.clients.values()].filter(({ mode }) => mode === 'enforce')
  const findAmongAll = createFindLookAlike(listed.map(({ clientId }) => clientId))
  const findLookAlike = (clientId: string): string | undefined =>
    config.clients.has(clientId) ? undefined : findAmongAll(clientId)
  const ofClient = (clientId: string): ClientPolicy =>
    config.clients.get(findLookAlike(clientId) ?? clientId) ?? { ...config.defaults, clientId }
  return {
    areAnyActive: all.some(({ mode }) => mode !== 'off'),
    enforced,
    areTokensInFrontChannel: enforced.some(({ responseTypes }) =>
      responseTypes.some((type) => type !== 'code'),
    ),
    ofClient,
    findLookAlike,
    counterOf: ({ policyId, page }) =>
      JSON.stringify(config.clients.has(policyId) ? [policyId] : ['', page ?? '']),
    ofCase({ policyId, page }) {
      if (page === undefined) return ofClient(policyId)
      const policy = pages.get(page)
      if (policy === undefined) throw new Error('a case of a page that is not protected')
      return policy
    },
    ofRedirectUri(redirectUri) {
      const key = redirectUriKey(redirectUri)
      return key === undefined ? undefined : owners.get(key)
    },
  }
}

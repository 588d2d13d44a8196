import { redirectUriKey } from '../config/redirect-uri-key.ts'
import type { ClientPolicy, Config } from '../config/schema.ts'

/** Which policy governs a client, and which one owns a redirect URI. */
export interface Policies {
  /** Whether any client is protected or watched. */
  readonly areAnyActive: boolean
  /** Whether any protected client may get tokens through the browser. */
  readonly areTokensInFrontChannel: boolean
  /** The client's own policy, or the defaults under its name. */
  ofClient(clientId: string): ClientPolicy
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
  const ofClient = (clientId: string): ClientPolicy =>
    config.clients.get(clientId) ?? { ...config.defaults, clientId }
  return {
    areAnyActive: all.some(({ mode }) => mode !== 'off'),
    areTokensInFrontChannel: enforced.some(({ responseTypes }) =>
      responseTypes.some((type) => type !== 'code'),
    ),
    ofClient,
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

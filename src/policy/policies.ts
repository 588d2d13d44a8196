import { redirectUriKey } from '../config/redirect-uri-key.ts'
import type { ClientPolicy, Config } from '../config/schema.ts'
import { loosenRedirectUri } from '../edge/loose-redirect-uri.ts'

/** Which policy governs a client, and which one owns a redirect URI. */
export interface Policies {
  /** Whether any client is protected or watched. */
  readonly areAnyActive: boolean
  /** Whether any client is protected. */
  readonly areAnyEnforced: boolean
  /** Whether any protected client may get tokens through the browser. */
  readonly areTokensInFrontChannel: boolean
  /** The client's own policy, or the defaults under its name. */
  ofClient(clientId: string): ClientPolicy
  /** The policy that governs a case: its page's, or its client's. */
  ofCase(it: { readonly policyId: string; readonly page?: string }): ClientPolicy
  /** The policy that lists this redirect URI, as `redirectUriKey` compares; else one that a lenient OP could mean. */
  ofRedirectUri(redirectUri: string): ClientPolicy | undefined
}

/** By what name the passkey page goes where paths of the OP's begin with a slash. */
export const passkeysPageName = 'passkeys'

export function createPolicies(config: Config): Policies {
  const owners = indexRedirectUris(config, redirectUriKey)
  const likelyOwners = indexRedirectUris(config, loosenRedirectUri)
  const pages = new Map(config.protectedPaths.map(({ name, policy }) => [name, policy]))
  if (config.passkeys) pages.set(passkeysPageName, config.passkeys.policy)
  const all = [config.defaults, ...config.clients.values()]
  const enforced = all.filter(({ mode }) => mode === 'enforce')
  const ofClient = (clientId: string): ClientPolicy =>
    config.clients.get(clientId) ?? { ...config.defaults, clientId }
  return {
    areAnyActive: all.some(({ mode }) => mode !== 'off'),
    areAnyEnforced: enforced.length > 0,
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
      return (
        owners.get(redirectUriKey(redirectUri) ?? '') ??
        likelyOwners.get(loosenRedirectUri(redirectUri) ?? '')
      )
    },
  }
}

/** Of two policies behind one key the stricter counts. */
function indexRedirectUris(
  { clients }: Config,
  keyOf: (redirectUri: string) => string | undefined,
): ReadonlyMap<string, ClientPolicy> {
  const order = ['off', 'monitor', 'enforce']
  const lenientFirst = [...clients.values()].sort((a, b) => order.indexOf(a.mode) - order.indexOf(b.mode))
  const index = new Map<string, ClientPolicy>()
  for (const policy of lenientFirst) {
    for (const uri of policy.redirectUris) {
      const key = keyOf(uri)
      if (key !== undefined) index.set(key, policy)
    }
  }
  return index
}

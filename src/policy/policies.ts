import { anyPathOf, redirectUriKey } from '../config/redirect-uri-key.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { loopbackPort, loosenRedirectUri } from '../http/loose-redirect-uri.ts'
import { remember } from '../http/remembered.ts'
import { createFindLookAlike } from './look-alikes.ts'
import { strictestOf } from './strictest.ts'

/** The policy that governs a request, a response or tokens: the strictest of those that they name. */
export interface GoverningPolicy extends ClientPolicy {
  /** The client ids by which the same policy is found again. */
  readonly policyIds: readonly string[]
}

/** Which policy governs a client, and which one owns a redirect URI. */
export interface Policies {
  /** Whether any client is protected or watched. */
  readonly areAnyActive: boolean
  /** The policies that protect, the defaults among them where they do. */
  readonly enforced: readonly ClientPolicy[]
  /** Whether any protected client may get tokens through the browser. */
  readonly areTokensInFrontChannel: boolean
  /** The same if every client that is watched were protected: what `monitor` tells; absent where none is watched. */
  readonly forecast?: Policies
  /** The client's own policy, that of the protected client for which it could pass, or the defaults under its name. */
  ofClient(clientId: string): ClientPolicy
  /** The protected client for which an OP could take this id, which is not its own and not listed. */
  findLookAlike(clientId: string): string | undefined
  /** By what name a case is counted: of clients that are not listed anybody can name as many as he likes. */
  counterOf(it: { readonly policyIds: readonly string[]; readonly page?: string | undefined }): string
  /** The policy of a protected page, or of the passkey page, by its name. */
  ofPage(name: string): ClientPolicy | undefined
  /** The policy that governs a case: its page's, or the strictest of its clients'. */
  ofCase(it: { readonly policyIds: readonly string[]; readonly page?: string | undefined }): ClientPolicy
  /**
   * The policies that list this redirect URI, as `redirectUriKey` compares, or any path of its place on this machine; else
   * those that a lenient OP could mean.
   */
  ofRedirectUri(redirectUri: string): readonly ClientPolicy[]
  /**
   * Whether some policy lists this redirect URI. Clients that are not listed have no list that it could be missing in.
   */
  isListed(policy: GoverningPolicy, redirectUri: string): boolean
  /**
   * Whether a redirect URI on this machine is like that of a protected or watched client only because its port does not
   * count (RFC 8252 7.3), and all clients that could be answered there are others, not listed or off.
   *
   * @param clientIds all of them; none if they are unknown.
   */
  areNextDoor(clientIds: readonly string[], redirectUri: string | undefined): boolean
  /**
   * The strictest of all policies that clients and a redirect URI name. Where several list the URI and one of them is
   * the client's own, that one says whose the request is, unless it is off.
   *
   * @param clientIds the client's names; none if it is unknown.
   */
  govern(clientIds: readonly string[], redirectUri?: string): GoverningPolicy
}

/** Whether any client that is protected or watched may get tokens through the browser. */
export const areTokensToCome = ({ forecast, areTokensInFrontChannel }: Policies): boolean =>
  forecast?.areTokensInFrontChannel ?? areTokensInFrontChannel

/** By what name the passkey page goes where paths of the OP's begin with a slash. */
export const passkeysPageName = 'passkeys'

export function createPolicies(config: Config): Policies {
  const owners = indexRedirectUris(config, redirectUriKey)
  const likelyOwners = indexRedirectUris(config, loosenRedirectUri)
  const pages = new Map(config.protectedPaths.map(({ name, policy }) => [name, policy]))
  if (config.passkeys) pages.set(passkeysPageName, config.passkeys.policy)
  const all = [config.defaults, ...config.clients.values()]
  const enforced = all.filter(({ mode }) => mode === 'enforce')
  const named = [...config.clients.values()].filter(({ mode }) => mode === 'enforce')
  const findAmongAll = createFindLookAlike(named.map(({ clientId }) => clientId))
  const findLookAlike = (clientId: string): string | undefined =>
    config.clients.has(clientId) ? undefined : findAmongAll(clientId)
  const ofClient = (clientId: string): ClientPolicy =>
    config.clients.get(/* guard: look-alike-policy */ findLookAlike(clientId) ?? clientId) ?? {
      ...config.defaults,
      clientId,
    }
  const ofRedirectUri = remember((redirectUri): readonly ClientPolicy[] => {
    const own = findOwners(owners, redirectUri, redirectUriKey)
    return own.length > 0 ? own : findOwners(likelyOwners, redirectUri, loosenRedirectUri)
  })

  function govern(clientIds: readonly string[], redirectUri?: string): GoverningPolicy {
    const named = clientIds.map(ofClient)
    const listed = redirectUri === undefined ? [] : ofRedirectUri(redirectUri)
    const isSaid = named.some((policy) => policy.mode !== 'off' && listed.includes(policy))
    const [first = ofClient(''), ...others] = /* guard: address-owners */ isSaid
      ? named
      : [...named, ...listed]
    return {
      ...strictestOf(first, ...others),
      policyIds: [...new Set([first, ...others].map(({ clientId }) => clientId))],
    }
  }

  function areNextDoor(clientIds: readonly string[], redirectUri = ''): boolean {
    const port = loopbackPort(redirectUri)
    if (port === undefined || clientIds.length === 0) return false
    const addresses = listKeys(redirectUri, loosenRedirectUri)
    const isThere = (listed: string): boolean =>
      addresses.includes(loosenRedirectUri(listed)) && loopbackPort(listed) === port
    const others = ofRedirectUri(redirectUri).filter(
      ({ clientId, mode }) => mode !== 'off' && !clientIds.includes(clientId),
    )
    const isUnprotected = (id: string): boolean =>
      (config.clients.get(id)?.mode ?? 'off') === 'off' &&
      /* guard: look-alikes-next-door */ findLookAlike(id) === undefined
    return (
      others.length > 0 &&
      /* guard: clients-next-door */ clientIds.every(isUnprotected) &&
      /* guard: same-port */ !others.some(({ redirectUris }) => redirectUris.some(isThere))
    )
  }

  return {
    ...(all.some(({ mode }) => mode === 'monitor') && { forecast: createPolicies(enforceWatched(config)) }),
    areAnyActive: all.some(({ mode }) => mode !== 'off'),
    enforced,
    areTokensInFrontChannel: enforced.some(({ responseTypes }) =>
      responseTypes.some((type) => type !== 'code'),
    ),
    ofClient,
    findLookAlike,
    counterOf({ policyIds, page = '' }) {
      // guard: unlisted-count
      const names = policyIds.filter((id) => config.clients.has(id)).sort()
      return JSON.stringify(names.length > 0 ? names : ['', page])
    },
    ofRedirectUri,
    isListed({ policyIds, mode }, redirectUri) {
      const strictest = policyIds.map(ofClient).filter((policy) => policy.mode === mode)
      const haveNoList = strictest.every(({ redirectUris }) => redirectUris.length === 0)
      return ofRedirectUri(redirectUri).length > 0 || haveNoList
    },
    areNextDoor,
    govern,
    ofPage: (name) => pages.get(name),
    ofCase({ policyIds, page }) {
      if (page === undefined) return govern(policyIds)
      const policy = pages.get(page)
      if (policy === undefined) throw new Error('a case of a page that is not protected')
      return policy
    },
  }
}

/** The configuration of the day on which what is watched is enforced. */
function enforceWatched(config: Config): Config {
  const enforce = <P extends Pick<ClientPolicy, 'mode'>>(policy: P): P =>
    policy.mode === 'monitor' ? { ...policy, mode: 'enforce' } : policy
  return {
    ...config,
    defaults: enforce(config.defaults),
    clients: new Map(Array.from(config.clients, ([id, policy]) => [id, enforce(policy)])),
  }
}

type KeyOf = (redirectUri: string) => string | undefined

/** What may stand in a list for a redirect URI, by its keys: itself, and any path of its place on this machine. */
function listKeys(redirectUri: string, keyOf: KeyOf): readonly (string | undefined)[] {
  const own = keyOf(redirectUri)
  const anyPath = anyPathOf(redirectUri)
  return own !== undefined && anyPath !== undefined ? [own, keyOf(anyPath)] : [own]
}

const findOwners = (
  index: ReadonlyMap<string | undefined, readonly ClientPolicy[]>,
  redirectUri: string,
  keyOf: KeyOf,
): readonly ClientPolicy[] => [
  ...new Set(listKeys(redirectUri, keyOf).flatMap((key) => index.get(key) ?? [])),
]

/** The policies that list each redirect URI. */
function indexRedirectUris({ clients }: Config, keyOf: KeyOf): ReadonlyMap<string, readonly ClientPolicy[]> {
  const index = new Map<string, ClientPolicy[]>()
  for (const policy of clients.values()) {
    for (const key of new Set(policy.redirectUris.map(keyOf))) {
      if (key === undefined) continue
      const owners = index.get(key)
      if (owners) owners.push(policy)
      else index.set(key, [policy])
    }
  }
  return index
}

import type { Test } from 'tap'
import type { Page } from '../../lab/browser.ts'
import { keycloakKit, type RunningKeycloak } from '../../lab/providers/keycloak/kit.ts'
import type { Application } from '../../lab/providers/kit.ts'
import type { ProviderWorld } from '../../lab/providers/world.ts'
import type { Stage } from '../journey.ts'

/** What a story of Keycloak's own needs: the applications by query and by form_post, and the mail. */
export interface Keycloak {
  readonly stage: Stage
  readonly formPost: Stage
  readonly mailbox: RunningKeycloak['mailbox']
  /** Where the realm's endpoints are: the issuer and `/protocol/openid-connect`. */
  readonly endpoints: string
}

/** The kit, and a way to the mail of the server that it started last. Open applications get a front-channel logout. */
export function watchMail() {
  let mailbox: RunningKeycloak['mailbox'] | undefined
  const kit = {
    ...keycloakKit,
    start: async (setup: Parameters<typeof keycloakKit.start>[0]) => {
      const clients = setup.clients.map((client) => {
        const [frontchannelLogoutUri] = client.clientId.startsWith('open-') ? client.redirectUris : []
        return frontchannelLogoutUri === undefined ? client : { ...client, frontchannelLogoutUri }
      })
      const running = await keycloakKit.start({ ...setup, clients })
      mailbox = running.mailbox
      return running
    },
  }
  return {
    kit,
    get mailbox() {
      if (mailbox === undefined) throw new Error('Keycloak has not started')
      return mailbox
    },
  }
}

/** An authorization request of an application as somebody types it into the address bar, at any endpoint. */
export function requestAt(
  endpoint: string,
  { registration }: Application,
  more: Record<string, string> = {},
) {
  const { clientId, redirectUris } = registration
  const parameters = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUris[0] ?? '',
    response_type: 'code',
    scope: 'openid',
    state: 'typed-by-hand',
    ...more,
  })
  return `${endpoint}?${parameters}`
}

/** The pages of the OP's host on the way to a page, without the gateway's own. */
export function waysOf({ hops }: Page, { publicUrl, config }: ProviderWorld): string[] {
  return hops
    .filter(({ url }) => url.startsWith(`${publicUrl}/`) && !url.startsWith(publicUrl + config.pathPrefix))
    .map(({ method, url, status }) => `${method} ${new URL(url).pathname.replace(/^.*\//, '')} ${status}`)
}

/** That a code came to the redirect URI at last, and is one that the gateway released. */
export function expectCode(t: Test, page: Page, { registration }: Application, world: ProviderWorld): void {
  const { clientId, redirectUris } = registration
  const callback = page.hops.find(({ url }) => url.split('?')[0] === redirectUris[0])
  t.ok(new URL(callback?.url ?? 'none:').searchParams.has('code'), 'a code arrives', { page: page.text })
  t.equal(world.audit('released').at(-1)?.['client_id'], clientId, 'which the gateway released')
}

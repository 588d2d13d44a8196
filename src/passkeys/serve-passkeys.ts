import type { FastifyInstance } from 'fastify'
import { createAuthsignalClient } from '../authsignal/authsignal-client.ts'
import { watchCalls } from '../authsignal/watch-calls.ts'
import type { Config } from '../config/schema/schema.ts'
import { passkeysPageName } from '../policy/policies.ts'
import type { Services } from '../services.ts'
import { noteConcern } from '../telemetry/request-context.ts'
import type { IsLoginPath } from './login-page/login-paths.ts'
import { servePasskeyEntry } from './passkey-entry.ts'
import { servePasskeyPage } from './passkey-page.ts'
import { servePasskeyRelay } from './passkey-relay.ts'
import { type Assets, serveAssets } from './serve-assets.ts'

/** What the front door builds besides where passkeys are configured. */
export interface PasskeyParts {
  readonly passkeys: NonNullable<Config['passkeys']>
  readonly assets: Assets
  readonly isLoginPath: IsLoginPath
}

/** All that there is about passkeys below `pathPrefix`: the page, its scripts and what they call, and the way to the OP. */
export async function servePasskeys(
  app: FastifyInstance,
  services: Services,
  { passkeys, assets, isLoginPath }: PasskeyParts,
): Promise<void> {
  const { tenantId, signIn } = passkeys
  const client = watchCalls(
    createAuthsignalClient(services.config.authsignal, tenantId, services.tracing),
    services.authsignalCalls,
  )
  const withPasskeys = { ...services, passkeys, client, assets }
  const { policy } = passkeys
  app.addHook('preHandler', async () => noteConcern({ leg: 'passkeys', page: passkeysPageName, policy }))
  serveAssets(app, assets)
  // Each has its own way to read bodies and to answer errors.
  await app.register(async (own) => servePasskeyPage(own, withPasskeys))
  await app.register(async (own) => servePasskeyRelay(own, withPasskeys))
  if (signIn) servePasskeyEntry(app, { ...withPasskeys, signIn, isLoginPath })
}

import type { FastifyInstance } from 'fastify'
import type { Authsignal } from '../authsignal/authsignal.ts'
import { createAuthsignalClient } from '../authsignal/authsignal-client.ts'
import type { Config } from '../config/schema/schema.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import type { Pages } from '../pages/pages.ts'
import type { JudgePagePorts } from '../protected-pages/judge-page.ts'
import type { Records } from '../records/records.ts'
import type { Recall } from '../step-up/recall.ts'
import type { Allowance } from '../store/allowance.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { IsLoginPath } from './login-page/login-paths.ts'
import { createPasskeyEnrolment } from './passkey-enrolment.ts'
import { servePasskeyEntry } from './passkey-entry.ts'
import { servePasskeyPage } from './passkey-page.ts'
import { servePasskeyRelay } from './passkey-relay.ts'
import { createPasskeySignIn } from './passkey-sign-in.ts'
import { type Assets, serveAssets } from './serve-assets.ts'

export interface PasskeysPorts extends JudgePagePorts {
  readonly config: Config
  readonly passkeys: NonNullable<Config['passkeys']>
  readonly cookie: CookieRules
  readonly assets: Assets
  readonly pages: Pages
  readonly authsignal: Authsignal
  readonly records: Records
  readonly recall: Recall
  readonly upstream: UpstreamConnection
  readonly questions: Allowance
  readonly isLoginPath: IsLoginPath
  readonly now: () => number
}

/** All that there is about passkeys below `pathPrefix`: the page, its scripts and what they call, and the way to the OP. */
export async function servePasskeys(app: FastifyInstance, ports: PasskeysPorts): Promise<void> {
  const { config, passkeys, records, authsignal } = ports
  const { policy, tenantId, signIn } = passkeys
  const client = createAuthsignalClient(config.authsignal, tenantId)
  const enrolment = createPasskeyEnrolment({ ...ports, policy, client })
  const steps =
    signIn && createPasskeySignIn({ ...ports, records, authsignal, client, action: signIn.action })
  serveAssets(app, ports.assets)
  // Each has its own way to read bodies and to answer errors.
  await app.register(async (own) => servePasskeyPage(own, { ...ports, policy, tenantId, enrolment }))
  await app.register(async (own) =>
    servePasskeyRelay(own, { ...ports, policy, enrolment, ...(steps && { signIn: steps }) }),
  )
  if (!signIn || !steps) return
  servePasskeyEntry(app, { ...ports, signIn, steps })
}

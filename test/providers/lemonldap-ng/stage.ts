import t, { type Test } from 'tap'
import { openidClientKit } from '../../lab/applications/openid-client/kit.ts'
import type { Page } from '../../lab/browser.ts'
import { lemonldapKit } from '../../lab/providers/lemonldap-ng/kit.ts'
import { type ProviderWorld, startProviderWorld } from '../../lab/providers/world.ts'
import type { Stage } from '../journey.ts'
import { type Recorded, record } from './recorder.ts'

/** LemonLDAP::NG behind a gateway, with openid-client's applications and an ear between gateway and OP. */
export interface LemonldapStage extends Stage {
  readonly exchanges: readonly Recorded[]
}

/** Runs tests on one such stage; they are skipped where LemonLDAP::NG is not installed, or fail where it must be. */
export function onLemonldap(name: string, play: (t: Test, stage: LemonldapStage) => Promise<void>): void {
  void t.test(name, async (t) => {
    const missing = await lemonldapKit.findMissing()
    if (missing !== undefined) {
      if (process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)
      else t.pass('is skipped', { skip: missing })
      return
    }
    const { kit, exchanges } = record(lemonldapKit)
    const world = await startProviderWorld(kit, [{ kit: openidClientKit }])
    t.teardown(() => world.close())
    const [column] = world.columns
    if (column === undefined) throw new Error('there are no applications')
    await play(t, { world, applications: column.applications, exchanges })
  })
}

/** The answers of the OP on the way to a page: method, path, status. */
export function waysOf({ hops }: Page, { publicUrl, config }: ProviderWorld): string[] {
  return hops
    .filter(({ url }) => url.startsWith(`${publicUrl}/`) && !url.startsWith(publicUrl + config.pathPrefix))
    .map(({ method, url, status }) => `${method} ${new URL(url).pathname} ${status}`)
}

/** Whether an exchange is the gateway's own authorization request. */
export function isProbe({ target }: Recorded): boolean {
  return target.searchParams.get('client_id') === 'step-up-gateway'
}

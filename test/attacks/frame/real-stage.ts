import type { Test } from 'tap'
import { stepUpForWeb } from '../../lab/authsignal/rules.ts'
import { Browser } from '../../lab/browser.ts'
import { logIn, startSignIn } from '../../lab/people.ts'
import { startWorld, type World, type WorldOptions } from '../../lab/world.ts'
import type { Stage } from './run-attacks.ts'

/** Limits that no suite reaches; those of a real gateway have cases of their own. */
export const patient = { perUser: 100_000, perAddress: 100_000 }
export const patientProbe = { perSession: 1_000_000, perAddress: 1_000_000 }

/** A gateway in front of the real OP; whoever signs in at `web` is challenged. */
export interface RealStage extends Stage {
  /** The Cookie header of a browser in which this person is signed in at the OP. */
  cookiesOf(username: string): Promise<string>
}

/** @returns what `runAttacks` opens. */
export function onRealStage(options: WorldOptions = {}): (t: Test) => Promise<RealStage> {
  return async (t) => {
    const world = await startWorld({
      rules: [stepUpForWeb],
      config: { stepUp: patient },
      probe: patientProbe,
      ...options,
    })
    t.teardown(() => world.close())
    await world.gateway.provider.ready()
    const secrets = new Set<string>()
    const known = new Map<string, Promise<string>>()
    return {
      world,
      secrets,
      cookiesOf(username) {
        const cookies = known.get(username) ?? signInAtOp(world, username, secrets)
        known.set(username, cookies)
        return cookies
      },
    }
  }
}

/** Signs in by way of the application that is not protected, so that the gateway has nothing to remember. */
async function signInAtOp(world: World, username: string, secrets: Set<string>): Promise<string> {
  const browser = new Browser()
  await logIn(browser, await startSignIn(browser, world.other), username)
  const cookies = await browser.jar.getCookies(world.publicUrl)
  await browser.close()
  for (const { key, value } of cookies) if (key === '_session') secrets.add(value)
  return cookies.map(({ key, value }) => `${key}=${value}`).join('; ')
}

/** The query of an authorization request of an application; an empty value leaves a parameter out. */
export function authorizeQuery(
  { clientId, redirectUri }: { readonly clientId: string; readonly redirectUri: string },
  more: Readonly<Record<string, string>> = {},
): string {
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: 'the-state',
    nonce: 'the-nonce',
    ...more,
  }
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== '')).toString()
}

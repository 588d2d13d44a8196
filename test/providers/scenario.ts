import type { Test } from 'tap'
import type { Application, Person, ProviderKit } from '../lab/providers/kit.ts'
import { expectChallenge, expectSignedIn } from './expect.ts'
import { Journey, type Stage } from './journey.ts'
import { type Watch, watch } from './watch.ts'

/** One row of the matrix. */
export interface Scenario {
  readonly name: string
  /** Whether this OP and this kind of application can play it at all; all can if absent. */
  appliesTo?(kit: ProviderKit, application: Application): boolean
  play(t: Test, stage: Stage): Promise<void>
}

/** A browser that has been nowhere, with an eye on what happens meanwhile. */
export function openJourney(t: Test, stage: Stage): { readonly journey: Journey; readonly seen: Watch } {
  return { journey: new Journey(t, stage), seen: watch(stage) }
}

/** Where a sign-in with a login in it is decided: before there is a code, if the OP or the gateway repeats the request. */
export function placeOfDecision({ world: { kit } }: Stage): RegExp {
  if (kit.repeatsRequest === true) return /^request$/
  // A response in a page can't wait while the browser asks.
  return kit.tellsBrowserOnly === true ? /^(?:response|request)$/ : /^response$/
}

/** A sign-in with password and challenge, from nothing. */
export async function signInWithStepUp(
  t: Test,
  journey: Journey,
  application: Application,
  person: Person,
): Promise<void> {
  const challenge = await journey.signIn(application, person)
  await expectChallenge(t, journey, challenge, application, person)
  await expectSignedIn(t, journey, await journey.pass(challenge, person), application, person)
}

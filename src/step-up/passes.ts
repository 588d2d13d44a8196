import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import { epochOf } from '../records/epochs.ts'
import type { SignIn } from '../records/passkey-records.ts'
import type { Case, Pass } from '../records/records.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'
import { epochNamesOf, isWithin } from './case.ts'
import { type SignInServices, stepSignIn } from './sign-ins.ts'

const passLifetimeMs = 5 * 60_000
const passLifetimeDuringConsentMs = 10 * 60_000
const reloadWindowMs = 60_000

/** What a pass rests on. */
export interface PassedBy {
  readonly method?: string | undefined
  readonly isSkipped?: boolean | undefined
}

/**
 * The pass that a release of this case could spend: written under one id of the browser and found under any. Seen by
 * the request leg, it lasts while consent is asked.
 */
export function findPass(
  services: SignInServices,
  it: Case,
  action: string,
  browserIds: readonly string[],
): Promise<PassedBy | undefined> {
  return takePass(services, it, action, browserIds, {
    ofPass: (pass) => ({ ...pass, expiresAt: pass.passedAt + passLifetimeDuringConsentMs }),
    ofSignIn: (signIn) => signIn,
  })
}

/** The same, spent. A second release of the same in-flight request within a minute (a reload) gets it once more. */
export function spendPass(
  services: SignInServices,
  it: Case,
  action: string,
  browserIds: readonly string[],
): Promise<PassedBy | undefined> {
  const spent = { spentAt: services.now(), spentOn: it.inFlight }
  return takePass(services, it, action, browserIds, {
    ofPass: (pass) => ({ ...pass, ...spent }),
    ofSignIn: (signIn) => ({ ...signIn, ...spent }),
  })
}

/**
 * @param since as in `addProof`.
 * @param outlivesLogin the user has to start anew, and will be asked for a login once more.
 */
export async function writePass(
  { records, epochs, now }: Pick<Services, 'records' | 'epochs' | 'now'>,
  it: Case,
  action: string,
  browser: string,
  { method, isSkipped, since }: PassedBy & { readonly since: string },
  outlivesLogin = false,
): Promise<void> {
  const owner = ownedBy(it.user.subject)
  const held = { name: epochOf.subject(it.user.subject), id: since }
  const epoch = await epochs.begin(epochNamesOf(it, browser), owner, held)
  const [passedAt, expiresAt] = [now(), now() + passLifetimeMs]
  const earned = { session: it.user.session, inFlight: it.inFlight, outlivesLogin }
  const pass = { ...earned, action, scope: it.scope, method, isSkipped, passedAt, expiresAt }
  await records.passes.set(passKey(it, browser, epoch), pass, owner)
}

/** How a pass that nobody has spent, or a sign-in that serves as one, is taken. */
interface Taking {
  readonly ofPass: (unspent: Pass) => Pass
  readonly ofSignIn: (unspent: SignIn) => SignIn
}

/** A sign-in by passkey serves as a pass for whatever is asked for first. */
async function takePass(
  services: SignInServices,
  it: Case,
  action: string,
  browserIds: readonly string[],
  { ofPass, ofSignIn }: Taking,
): Promise<PassedBy | undefined> {
  const at = services.now()
  for (const browser of browserIds) {
    const found =
      (await stepPass(services, it, action, browser, (pass) => once(pass, it, at, ofPass))) ??
      (await stepSignIn(services, it, browser, (signIn) => once(signIn, it, at, ofSignIn)))
    if (found !== undefined) return found
  }
  return undefined
}

/** One step of a pass that may serve this case. */
async function stepPass(
  { records, epochs, now }: Pick<Services, 'records' | 'epochs' | 'now'>,
  it: Case,
  action: string,
  browser: string,
  next: (pass: Pass) => Pass | undefined,
): Promise<Pass | undefined> {
  const epoch = await epochs.current(epochNamesOf(it, browser))
  if (epoch === undefined) return undefined
  return records.passes.update(passKey(it, browser, epoch), (pass) =>
    covers(pass, it, action, now()) ? next(pass) : undefined,
  )
}

const passKey = (it: Case, browser: string, epoch: string): string =>
  hashOf(
    browser,
    /* guard: pass-user */ it.user.subject,
    /* guard: pass-client */ it.clientId,
    /* guard: pass-until-sign-out */ epoch,
  )

const covers = (pass: Pass, it: Case, action: string, now: number): boolean =>
  /* guard: pass-session */ isOfSession(pass, it) &&
  /* guard: pass-action */ pass.action === action &&
  /* guard: pass-lifetime */ isYounger(pass.passedAt, pass.expiresAt - pass.passedAt, now) &&
  /* guard: pass-scope */ isWithin(it.scope, pass.scope)

function isOfSession({ session, inFlight, outlivesLogin }: Pass, it: Case): boolean {
  const isOwnRequest = inFlight !== undefined && inFlight === it.inFlight
  return session === it.user.session || isOwnRequest || outlivesLogin
}

/** What serves once; a reload, which is the same in-flight request, gets it a second time. */
function once<Spent extends Pass | SignIn>(
  found: Spent,
  it: Case,
  now: number,
  next: (unspent: Spent) => Spent,
): Spent | undefined {
  const { spentAt, spentOn } = found
  if (spentAt === undefined) return next(found)
  const isRecent = isYounger(spentAt, reloadWindowMs, now)
  const isReload = it.inFlight !== undefined && spentOn === it.inFlight && isRecent
  return /* guard: pass-once */ isReload ? found : undefined
}

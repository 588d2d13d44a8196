import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import { createEpochs, epochOf } from '../records/epochs.ts'
import type { SignIn } from '../records/passkey-records.ts'
import type { Case, Pass, Proof, Proofs, Records } from '../records/records.ts'
import { ownedBy } from '../store/owners.ts'

const passLifetimeMs = 5 * 60_000
const passLifetimeDuringConsentMs = 10 * 60_000
const reloadWindowMs = 60_000

/**
 * Passes and proofs: what a browser has shown, for this user in this OP session, while it lasts. It is written under
 * one id of the browser and found under any.
 */
export interface Recall {
  /** The pass that a release of this case could spend. Seen by the request leg, it lives on while consent is asked. */
  findPass(it: Case, action: string, browserIds: readonly string[]): Promise<PassedBy | undefined>
  /** The same, spent. A second release of the same in-flight request within a minute (a reload) gets it once more. */
  spendPass(it: Case, action: string, browserIds: readonly string[]): Promise<PassedBy | undefined>
  writePass(it: Case, action: string, browser: string, how: PassedBy): Promise<void>
  /** Every step-up of this browser in this OP session. */
  findProofs(it: Case, browserIds: readonly string[]): Promise<Proofs['stepUps']>
  writeProof(it: Case, action: string, browser: string, method: string | undefined): Promise<void>
  /** Remembers a sign-in by passkey until the OP's session that comes of it is seen. */
  writeSignIn(subject: string, browser: string, method: string): Promise<void>
  /** A sign-in by passkey is a step-up: in the session that it led to it becomes a proof of this action. */
  claimSignIn(it: Case, action: string, browserIds: readonly string[]): Promise<void>
}

/** What a pass rests on. */
export interface PassedBy {
  readonly method?: string
  readonly isSkipped?: boolean
}

export interface RecallOptions {
  /** How long a proof may live at most. */
  readonly sessionMs: number
  /** Whether there can be sign-ins by passkey: nobody looks for them otherwise. */
  readonly hasSignIns: boolean
}

/** @param now epoch milliseconds. */
export function createRecall(
  records: Records,
  now: () => number,
  { sessionMs, hasSignIns }: RecallOptions,
): Recall {
  const epochs = createEpochs(records.epochs)
  const epochNames = (it: Case, browser: string): string[] => [...it.user.epochs, epochOf.browser(browser)]
  const passKey = (it: Case, browser: string, epoch: string): string =>
    hashOf(browser, it.user.session, it.user.subject, it.clientId, epoch)
  const proofKey = (it: Case, browser: string, epoch: string): string =>
    hashOf(browser, it.user.session, it.user.subject, epoch)

  const covers = (pass: Pass, it: Case, action: string): boolean =>
    pass.action === action &&
    isYounger(pass.passedAt, pass.expiresAt - pass.passedAt, now()) &&
    isWithin(it.scope, pass.scope)

  /** What serves once; a reload, which is the same in-flight request, gets it a second time. */
  function once<Spent extends Pass | SignIn>(found: Spent, it: Case, next: (unspent: Spent) => Spent) {
    const { spentAt, spentOn } = found
    if (spentAt === undefined) return next(found)
    const isRecent = isYounger(spentAt, reloadWindowMs, now())
    const isReload = it.inFlight !== undefined && spentOn === it.inFlight && isRecent
    return isReload ? found : undefined
  }

  /** One step of a pass that may serve this case. */
  async function step(it: Case, action: string, browser: string, next: (pass: Pass) => Pass) {
    const epoch = await epochs.current(epochNames(it, browser))
    if (epoch === undefined) return undefined
    return records.passes.update(passKey(it, browser, epoch), (pass) =>
      covers(pass, it, action) ? once(pass, it, next) : undefined,
    )
  }

  const spend = <Spent extends Pass | SignIn>(spent: Spent, it: Case): Spent => ({
    ...spent,
    spentAt: now(),
    ...(it.inFlight !== undefined && { spentOn: it.inFlight }),
  })

  /** It ends with a sign-out in this browser. */
  const signInKey = (subject: string, browser: string, epoch: string): string =>
    hashOf(browser, subject, epoch)

  /**
   * One step of a sign-in by passkey, which belongs to the first session of its user that is seen after it. It is a
   * pass for whatever is asked for first.
   */
  async function stepSignIn(it: Case, browser: string, next: (signIn: SignIn) => SignIn | undefined) {
    if (!hasSignIns) return undefined
    const epoch = await epochs.current([epochOf.browser(browser)])
    if (epoch === undefined) return undefined
    return records.signIns.update(signInKey(it.user.subject, browser, epoch), (signIn) => {
      const { session = it.user.session } = signIn
      const isOwn = session === it.user.session && isYounger(signIn.at, passLifetimeMs, now())
      return isOwn ? next({ ...signIn, ...(session !== undefined && { session }) }) : undefined
    })
  }

  async function addProof(it: Case, browser: string, proof: Proof): Promise<void> {
    if (it.user.session === undefined) return
    const owner = ownedBy(it.user.subject)
    const key = proofKey(it, browser, await epochs.begin(epochNames(it, browser), owner))
    if (await records.proofs.add(key, { stepUps: [proof] }, owner)) return
    const isSame = ({ action, method }: Proof): boolean => action === proof.action && method === proof.method
    // One from the future counts nowhere, and must not keep this one from counting.
    const isLater = ({ at }: Proof): boolean => at >= proof.at && isYounger(at, sessionMs, now())
    await records.proofs.update(key, ({ stepUps }) =>
      stepUps.some((other) => isSame(other) && isLater(other))
        ? undefined
        : { stepUps: [...stepUps.filter((other) => !isSame(other)), proof] },
    )
  }

  async function readProofs(it: Case, browser: string): Promise<Proofs['stepUps']> {
    const epoch = await epochs.current(epochNames(it, browser))
    if (epoch === undefined) return []
    const found = await records.proofs.get(proofKey(it, browser, epoch))
    return found?.stepUps.filter(({ at }) => isYounger(at, sessionMs, now())) ?? []
  }

  return {
    findPass: (it, action, browserIds) =>
      findFirst(
        browserIds,
        async (browser) =>
          (await step(it, action, browser, (pass) => ({
            ...pass,
            expiresAt: pass.passedAt + passLifetimeDuringConsentMs,
          }))) ?? (await stepSignIn(it, browser, (signIn) => once(signIn, it, (unspent) => unspent))),
      ),
    spendPass: (it, action, browserIds) =>
      findFirst(
        browserIds,
        async (browser) =>
          (await step(it, action, browser, (pass) => spend(pass, it))) ??
          (await stepSignIn(it, browser, (signIn) => once(signIn, it, (unspent) => spend(unspent, it)))),
      ),
    async writePass(it, action, browser, { method, isSkipped }) {
      const owner = ownedBy(it.user.subject)
      const epoch = await epochs.begin(epochNames(it, browser), owner)
      const pass = {
        action,
        passedAt: now(),
        expiresAt: now() + passLifetimeMs,
        ...(it.scope && { scope: it.scope }),
        ...(method !== undefined && { method }),
        ...(isSkipped && { isSkipped }),
      }
      await records.passes.set(passKey(it, browser, epoch), pass, owner)
    },
    async findProofs(it, browserIds) {
      if (it.user.session === undefined) return []
      return (await Promise.all(browserIds.map((browser) => readProofs(it, browser)))).flat()
    },
    async writeProof(it, action, browser, method) {
      await addProof(it, browser, { action, at: now(), ...(method !== undefined && { method }) })
    },
    async writeSignIn(subject, browser, method) {
      const owner = ownedBy(subject)
      const epoch = await epochs.begin([epochOf.browser(browser)], owner)
      await records.signIns.set(signInKey(subject, browser, epoch), { method, at: now() }, owner)
    },
    async claimSignIn(it, action, browserIds) {
      for (const browser of browserIds) {
        const signIn = await stepSignIn(it, browser, (known) => known)
        if (signIn) await addProof(it, browser, { action, at: signIn.at, method: signIn.method })
      }
    },
  }
}

async function findFirst<T>(
  browserIds: readonly string[],
  find: (browser: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const browser of browserIds) {
    const found = await find(browser)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether every scope asked for is among those that were stepped up for. An unknown scope is within no known one. */
export function isWithin(
  asked: readonly string[] | undefined,
  granted: readonly string[] | undefined,
): boolean {
  if (asked === undefined || granted === undefined) return asked === granted
  return asked.every((scope) => granted.includes(scope))
}

import { hashOf } from '../store/collection.ts'
import { createEpochs, epochOf } from './epochs.ts'
import type { Case, Pass, Proofs, Records } from './records.ts'

const passLifetimeMs = 5 * 60_000
const passLifetimeDuringConsentMs = 10 * 60_000
const reloadWindowMs = 60_000

/** Passes and proofs: what a browser has shown, for this user in this OP session, while it lasts. */
export interface Recall {
  /** The pass that a release of this case could spend. Seen by the request leg, it lives on while consent is asked. */
  findPass(it: Case, action: string, browser: string | undefined): Promise<Pass | undefined>
  /** The same, spent. A second release of the same in-flight request within a minute (a reload) gets it once more. */
  spendPass(it: Case, action: string, browser: string | undefined): Promise<Pass | undefined>
  writePass(it: Case, action: string, browser: string, method: string | undefined): Promise<void>
  /** Every step-up of this browser in this OP session. */
  findProofs(it: Case, browser: string | undefined): Promise<Proofs['stepUps']>
  writeProof(it: Case, action: string, browser: string, method: string | undefined): Promise<void>
}

/** @param now epoch milliseconds. @param sessionMs how long a proof may live at most. */
export function createRecall(records: Records, now: () => number, sessionMs: number): Recall {
  const epochs = createEpochs(records.epochs)
  const epochNames = (it: Case, browser: string): string[] => [...it.user.epochs, epochOf.browser(browser)]
  const passKey = (it: Case, browser: string, epoch: string): string =>
    hashOf(browser, it.user.session, it.user.subject, it.clientId, epoch)
  const proofKey = (it: Case, browser: string, epoch: string): string =>
    hashOf(browser, it.user.session, it.user.subject, epoch)

  const covers = (pass: Pass, it: Case, action: string): boolean =>
    pass.action === action && pass.expiresAt > now() && isWithin(it.scope, pass.scope)

  const isReload = ({ spentOn }: Pass, it: Case, spentAt: number): boolean =>
    it.inFlight !== undefined && spentOn === it.inFlight && now() - spentAt < reloadWindowMs

  /** One step of a pass that may serve this case. */
  async function step(it: Case, action: string, browser: string | undefined, next: (pass: Pass) => Pass) {
    if (browser === undefined) return undefined
    const epoch = await epochs.current(epochNames(it, browser))
    if (epoch === undefined) return undefined
    return records.passes.update(passKey(it, browser, epoch), (pass) => {
      if (!covers(pass, it, action)) return undefined
      if (pass.spentAt === undefined) return next(pass)
      return isReload(pass, it, pass.spentAt) ? pass : undefined
    })
  }

  return {
    findPass: (it, action, browser) =>
      step(it, action, browser, (pass) => ({
        ...pass,
        expiresAt: pass.passedAt + passLifetimeDuringConsentMs,
      })),
    spendPass: (it, action, browser) =>
      step(it, action, browser, (pass) => ({
        ...pass,
        spentAt: now(),
        ...(it.inFlight !== undefined && { spentOn: it.inFlight }),
      })),
    async writePass(it, action, browser, method) {
      const epoch = await epochs.begin(epochNames(it, browser))
      await records.passes.set(passKey(it, browser, epoch), {
        action,
        passedAt: now(),
        expiresAt: now() + passLifetimeMs,
        ...(it.scope && { scope: it.scope }),
        ...(method !== undefined && { method }),
      })
    },
    async findProofs(it, browser) {
      if (browser === undefined || it.user.session === undefined) return []
      const epoch = await epochs.current(epochNames(it, browser))
      if (epoch === undefined) return []
      const found = await records.proofs.get(proofKey(it, browser, epoch))
      return found?.stepUps.filter(({ at }) => now() - at < sessionMs) ?? []
    },
    async writeProof(it, action, browser, method) {
      if (it.user.session === undefined) return
      const proof = { action, at: now(), ...(method !== undefined && { method }) }
      const key = proofKey(it, browser, await epochs.begin(epochNames(it, browser)))
      if (await records.proofs.add(key, { stepUps: [proof] })) return
      await records.proofs.update(key, ({ stepUps }) => ({
        stepUps: [...stepUps.filter((other) => other.action !== action || other.method !== method), proof],
      }))
    },
  }
}

/** Whether every scope asked for is among those that were stepped up for. An unknown scope is within no known one. */
export function isWithin(
  asked: readonly string[] | undefined,
  granted: readonly string[] | undefined,
): boolean {
  if (asked === undefined || granted === undefined) return asked === granted
  return asked.every((scope) => granted.includes(scope))
}

import { unlessAborted } from '../unless-aborted.ts'
import { type Finding, isWrong, wrong } from './finding.ts'
import type { Setting } from './setting.ts'

/** One subject that is looked at. */
export interface Examination {
  readonly name: string
  /** The names of those that must have found nothing wrong before. */
  readonly needs: readonly string[]
  /** How long it may take, in milliseconds; as long as a person needs, if it is left out. */
  readonly longestMs?: number
  /** @param signal aborted when it takes too long, or `doctor` is to end. */
  examine(setting: Setting, signal: AbortSignal): Promise<readonly Finding[]>
}

/** The result of one: findings, or the names of those without which it makes no sense. */
export type Report =
  | { readonly name: string; readonly kind: 'examined'; readonly findings: readonly Finding[] }
  | { readonly name: string; readonly kind: 'skipped'; readonly because: readonly string[] }

/**
 * Examines one after the other. One that throws, or does not end, is a finding too.
 *
 * @param stop ends all of it at once.
 */
export async function* examineAll(
  examinations: readonly Examination[],
  setting: Setting,
  stop: AbortSignal,
): AsyncGenerator<Report> {
  const failed = new Set<string>()
  for (const { name, needs, longestMs, examine } of examinations) {
    if (stop.aborted) return
    const because = needs.filter((needed) => failed.has(needed))
    if (because.length > 0) {
      failed.add(name)
      yield { name, kind: 'skipped', because }
      continue
    }
    const signal = AbortSignal.any([
      stop,
      ...(longestMs === undefined ? [] : [AbortSignal.timeout(longestMs)]),
    ])
    const findings = await unlessAborted(examine(setting, signal), signal).catch(() => undefined)
    if (stop.aborted) return
    if (findings === undefined || findings.some(isWrong)) failed.add(name)
    yield { name, kind: 'examined', findings: findings ?? [explainFailure(signal)] }
  }
}

function explainFailure({ aborted }: AbortSignal): Finding {
  const about = aborted ? 'what is asked does not answer in time' : 'it could not be examined'
  return wrong('not_examined', about, 'docs/doctor.md lists what is asked: let doctor reach it')
}

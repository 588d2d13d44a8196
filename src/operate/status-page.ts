import { cleanTexts, drawPage } from '../figures/draw-page.ts'
import { nameOutcome, type Outcome, outcomes, sumOf } from '../figures/outcome.ts'
import { busiest, plotTimes, sharePlot, timePlot } from '../figures/plots.ts'
import type { Health, Part } from '../listeners/health.ts'
import { findMeaning } from '../meanings/find-meaning.ts'
import { count, duration, number, percent } from '../terminal/wording.ts'
import type { Protections } from './protections.ts'
import { type Counts, type Recent, type RecentRefusal, type Sphere, stepUpEnds, sumCounts } from './recent.ts'

/** What the page shows. Times are epoch milliseconds. */
export interface Status {
  readonly publicUrl: string
  readonly now: number
  readonly health: Health
  readonly recent: Pick<Recent, 'readMinutes' | 'currentMinuteAt' | 'refusals'>
  readonly protections: Protections
  readonly versions: {
    readonly gateway: string
    readonly node: string
    /** As audit lines name it. */
    readonly config: string
    readonly startedAt: number
    /** Since when the configuration is in effect. */
    readonly loadedAt: number
  }
}

/** The page of one gateway for its operators, as HTML. */
export function drawStatus(status: Status): string {
  const { now, recent, versions, health, protections, publicUrl } = status
  const hours = (['enforce', 'monitor'] as const).map((sphere) => describeHour(recent, sphere))
  return drawPage('status.eta', {
    ...cleanTexts({ protections, publicUrl, versions, isReady: health.status === 'ok' }),
    parts: cleanTexts(Object.entries(health.parts).map(describePart)),
    hours: hours.filter(({ total }) => total > 0),
    refusals: recent.refusals.map((refusal) => cleanTexts(describeRefusal(refusal, now))),
    since: describeTime(versions.startedAt),
    runsFor: duration(now - versions.startedAt),
    loadedAt: describeTime(versions.loadedAt),
    now: describeTime(now),
    ...{ count, number, percent, duration, timePlot, sharePlot },
  })
}

/** `2026-11-30 10:12:40`, UTC. */
const describeTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** A part as `/readyz` names it; what the page says elsewhere is left out. */
const describePart = ([name, { status, details = [], answered_at }]: readonly [string, Part]) => ({
  name,
  status,
  details: [
    ...details,
    ...(typeof answered_at === 'string'
      ? [`answered last at ${describeTime(Date.parse(answered_at))} UTC`]
      : []),
  ],
})

function describeHour(recent: Status['recent'], sphere: Sphere) {
  const minutes = recent.readMinutes(sphere)
  const nameOf = (outcome: Outcome): string => nameOutcome(outcome, sphere)
  const firstAt = recent.currentMinuteAt - (minutes.length - 1) * 60_000
  const nameMinute = (index: number): string => describeTime(firstAt + index * 60_000).slice(11, 16)
  const sum = sumCounts(minutes)
  const decided = sumOf(sum.outcomes)
  const byMinute = minutes.map((minute) => minute.outcomes)
  return {
    sphere,
    total: decided + sum.refused + sum.released + sum.ends.passed,
    decided,
    rows: outcomes
      .filter((outcome) => sum.outcomes[outcome] > 0)
      .map((outcome) => ({ outcome, name: nameOf(outcome), count: sum.outcomes[outcome] })),
    steps: describeSteps(sum, decided),
    ends: stepUpEnds.filter((end) => sum.ends[end] > 0).map((end) => ({ end, count: sum.ends[end] })),
    refused: sum.refused,
    bars: plotTimes(byMinute, nameMinute, nameOf),
    busiest: busiest(byMinute),
    ticks: [0, 20, 40, 59].map(nameMinute),
  }
}

/** The funnel: how many of those that were decided got how far. */
function describeSteps({ outcomes: decisions, ends, released }: Counts, decided: number) {
  const steps = [
    { name: 'decided', outcome: 'released', count: decided },
    { name: 'sent to a challenge', outcome: 'challenged', count: decisions.challenged + decisions.enrolled },
    { name: 'challenge passed', outcome: 'challenged', count: ends.passed },
    { name: 'released to the client', outcome: 'released', count: released },
  ]
  const most = Math.max(1, ...steps.map((step) => step.count))
  return steps.map((step) => ({ ...step, width: Math.round((step.count / most) * sharePlot.width) }))
}

function describeRefusal(refusal: RecentRefusal, now: number) {
  const { at, audit, reason, mode, leg, clientId, page, times, supportId } = refusal
  return {
    at: describeTime(at),
    ago: duration(Math.max(0, now - at)),
    what: audit === 'security' ? 'security event' : mode === 'monitor' ? 'would be refused' : 'refused',
    reason,
    meaning: findMeaning(audit, reason)?.meaning,
    owner: page === undefined ? (clientId ?? '') : `page ${page}`,
    leg,
    times,
    supportId,
  }
}

import { type Outcome, type OutcomeCounts, outcomes, sumOf } from './outcome.ts'
import { nameHour } from './wording.ts'

/** One bar of a plot, in the units of its view box. */
export interface Bar {
  readonly outcome: Outcome
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Shown where the pointer rests. */
  readonly title: string
}

export const hourPlot = { width: 240, height: 100, gap: 2 }
export const sharePlot = { width: 1000, height: 10 }

const round = (value: number): number => Math.round(value * 100) / 100

/** How many sign-ins the busiest hour had. */
export const busiest = (hours: readonly OutcomeCounts[]): number => Math.max(...hours.map(sumOf))

/** A column for each hour of the day, as high as its sign-ins are many, with its outcomes one upon the other. */
export function plotHours(hours: readonly OutcomeCounts[], nameOf: (outcome: Outcome) => string): Bar[] {
  const { width, height, gap } = hourPlot
  const step = width / hours.length
  const most = Math.max(1, busiest(hours))
  return hours.flatMap((counts, hour) => {
    let top = height
    return outcomes.flatMap((outcome): Bar[] => {
      if (counts[outcome] === 0) return []
      const part = (counts[outcome] / most) * height
      top -= part
      const title = `${nameHour(hour)} ${nameOf(outcome)}: ${counts[outcome].toLocaleString('en')}`
      const [x, y] = [round(hour * step + gap / 2), round(top)]
      return [{ outcome, x, y, width: round(step - gap), height: round(part), title }]
    })
  })
}

/** All outcomes side by side, as wide as their shares. */
export function plotShares(counts: OutcomeCounts, nameOf: (outcome: Outcome) => string): Bar[] {
  const all = Math.max(1, sumOf(counts))
  let x = 0
  return outcomes.flatMap((outcome): Bar[] => {
    if (counts[outcome] === 0) return []
    const width = (counts[outcome] / all) * sharePlot.width
    const title = `${nameOf(outcome)}: ${counts[outcome].toLocaleString('en')}`
    const bar = { outcome, x: round(x), y: 0, width: round(width), height: sharePlot.height, title }
    x += width
    return [bar]
  })
}

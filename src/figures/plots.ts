import { type Outcome, type OutcomeCounts, outcomes, sumOf } from './outcome.ts'

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

/** Of columns that stand for spans of time. */
export const timePlot = { width: 240, height: 100, gap: 0.2 }
export const sharePlot = { width: 1000, height: 10 }

const round = (value: number): number => Math.round(value * 100) / 100

/** How many sign-ins the busiest span had. */
export const busiest = (spans: readonly OutcomeCounts[]): number => Math.max(...spans.map(sumOf))

/**
 * A column for each span of time, as high as its sign-ins are many, with its outcomes one upon the other.
 *
 * @param nameSpan of the span with this index.
 */
export function plotTimes(
  spans: readonly OutcomeCounts[],
  nameSpan: (index: number) => string,
  nameOf: (outcome: Outcome) => string,
): Bar[] {
  const { width, height } = timePlot
  const step = width / spans.length
  const gap = step * timePlot.gap
  const most = Math.max(1, busiest(spans))
  return spans.flatMap((counts, index) => {
    let top = height
    return outcomes.flatMap((outcome): Bar[] => {
      if (counts[outcome] === 0) return []
      const part = (counts[outcome] / most) * height
      top -= part
      const title = `${nameSpan(index)} ${nameOf(outcome)}: ${counts[outcome].toLocaleString('en')}`
      const [x, y] = [round(index * step + gap / 2), round(top)]
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

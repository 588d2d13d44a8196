import type { Instruments } from '../../src/metrics/instruments.ts'

/** Instruments that write down what is counted and observed, without durations. */
export function noteInstruments() {
  const notes: (readonly [name: string, labels: object])[] = []
  const note = (name: string, labels: object) =>
    void notes.push([name.replace('step_up_gateway_', ''), labels])
  const instruments: Pick<Instruments, 'count' | 'observe'> = { count: note, observe: note }
  return { instruments, notes }
}

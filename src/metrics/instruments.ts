import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'
import { describeRequestIds } from '../telemetry/request-context.ts'
import { counters, type Family, gauges, histograms } from './families.ts'

type Counters = typeof counters
type Histograms = typeof histograms
type Gauges = typeof gauges

export type CounterName = keyof Counters

/** The labels of a metric, by name; one that is absent is not set. */
export type LabelsOf<F extends Family> = { readonly [label in F['labels'][number]]?: string | undefined }

/** The metrics of one process, by name. */
export interface Instruments {
  /** @param by 0 makes a series known, so that its first increase is seen as one. */
  count<N extends CounterName>(name: N, labels: LabelsOf<Counters[N]>, by?: number): void
  /** @param value in the unit that the name says. */
  observe<N extends keyof Histograms>(name: N, labels: LabelsOf<Histograms[N]>, value: number): void
  set<N extends keyof Gauges>(name: N, labels: LabelsOf<Gauges[N]>, value: number): void
  /** Forgets all series of a metric. */
  clear(name: CounterName | keyof Gauges): void
  /** Drops the series of counters by their labels. */
  drop(isToGo: (labels: Readonly<Record<string, unknown>>) => boolean): Promise<void>
}

/** What holds the metrics of one process. */
export type MetricRegistry = Registry<OpenMetricsContentType>

/** A registry that takes exemplars. */
export function createRegistry(): MetricRegistry {
  const registry: MetricRegistry = new Registry()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}

/** Opens all metrics in a registry. */
export function openInstruments(registry: MetricRegistry): Instruments {
  const configure = ([name, family]: readonly [string, Family]) => ({
    name,
    help: family.help,
    labelNames: [...family.labels],
    enableExemplars: family.exemplars === true,
    registers: [registry],
  })
  const counterOf = new Map(
    Object.entries(counters).map((entry) => [entry[0], new Counter(configure(entry))]),
  )
  const gaugeOf = new Map(Object.entries(gauges).map((entry) => [entry[0], new Gauge(configure(entry))]))
  const histogramOf = new Map(
    Object.entries(histograms).map((entry) => [
      entry[0],
      new Histogram({ ...configure(entry), buckets: [...entry[1].buckets] }),
    ]),
  )

  return {
    count(name, labels, by = 1) {
      const { exemplars }: Family = counters[name]
      if (exemplars) counterOf.get(name)?.inc({ labels, value: by, ...(by > 0 && describeTrace()) })
      else counterOf.get(name)?.inc(labels, by)
    },
    observe(name, labels, value) {
      const { exemplars }: Family = histograms[name]
      if (exemplars) histogramOf.get(name)?.observe({ labels, value, ...describeTrace() })
      else histogramOf.get(name)?.observe(labels, value)
    },
    set: (name, labels, value) => gaugeOf.get(name)?.set(labels, value),
    clear: (name) => (counterOf.get(name) ?? gaugeOf.get(name))?.reset(),
    async drop(isToGo) {
      for (const counter of counterOf.values()) {
        const { values } = await counter.get()
        for (const { labels } of values) if (isToGo(labels)) counter.remove(labels)
      }
    },
  }
}

/** What leads from a sample to the log and the trace of the request in which it was counted. */
function describeTrace(): { exemplarLabels?: { trace_id: string } } {
  const { trace_id } = describeRequestIds()
  return trace_id === undefined ? {} : { exemplarLabels: { trace_id } }
}

import { counters, type Family, gauges, histograms } from '../../metrics/families.ts'

const start = `# Metrics

Generated from the source by \`npm run metrics\`: what is counted, and nothing else.

\`/metrics\` of the admin listener, and of \`monitoring\` where that is set, has them in the text format of Prometheus, and in
OpenMetrics for those that ask for it. Prometheus does, and gets exemplars: with \`--enable-feature=exemplar-storage\` a
sample leads to the \`trace_id\` of the request in which it was counted, which is in the log too. A request without a
\`traceparent\` has its support id, without hyphens.

\`deploy/grafana/step-up-gateway.json\` is a dashboard, and \`deploy/prometheus/alerts.yaml\` has alerts, each with what it means
and what to do. \`promtool test rules deploy/prometheus/alerts.test.yaml\` tries them.

- Labels are names of the configuration, or of the source. A client or page that the configuration does not name counts as
  \`other\`: nobody can create a series by inventing a client.
- Up to 1,000 protected and watched clients have their series from the start; with more of them, a series begins with its
  first event.
- Everything is counted by one process since its start, and outlives a reload of the configuration. Series of clients that a
  reload takes away are dropped.
- With several instances, sum over them. A challenge is counted where it is opened, where it ends, and as abandoned where it
  was opened: the sums fit. What was open when an instance ended is counted as abandoned by nobody.
- \`process_…\` and \`nodejs_…\` are those of prom-client: processor, memory, file descriptors, garbage collection and the event
  loop of the process. The lag of the event loop is that since the last scrape, by whomever.
`

/** The reference of the metrics, in Markdown. */
export function describeMetrics(): string {
  return [
    start,
    section('Counters', counters),
    section('Histograms', histograms),
    section('Gauges', gauges),
  ].join('\n')
}

function section(title: string, families: Readonly<Record<string, Family>>): string {
  const rows = Object.entries(families).map(
    ([name, { labels, help }]) =>
      `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  return `## ${title}\n\n| name | labels | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { counters, gauges, histograms } from '../../src/metrics/families.ts'
import { type Prometheus, promtool, type Sample, skip, startPrometheus } from '../lab/prometheus.ts'
import { playSignIns } from '../lab/sign-in-load.ts'

const deploy = join(import.meta.dirname, '..', '..', 'deploy')
const ruleFile = join(deploy, 'prometheus', 'alerts.yaml')

interface Target {
  readonly expr: string
}

/** What a board of Grafana shows, as far as it is asked of Prometheus. */
interface Board {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[]
}

const board: Board = JSON.parse(readFileSync(join(deploy, 'grafana', 'step-up-gateway.json'), 'utf8'))
const ruleText = readFileSync(ruleFile, 'utf8')

/** As Grafana would, with all jobs and clients. */
const fillIn = (expression: string): string =>
  expression
    .replaceAll(/"\$(?:job|client)"/g, '".*"')
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h')

const panels = board.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expression: fillIn(expr) })),
)

const families = [...Object.keys(counters), ...Object.keys(histograms), ...Object.keys(gauges)]

/** What no sign-in of the load leads to, and no store in memory without a flood. */
const withoutData =
  /unknown_users|device_offers|passkey_|sign_outs|users_forgotten|unwatched|codes_refused|certificate_expiry/

t.test('the metrics of a gateway in Prometheus', { skip }, async (t) => {
  let prometheus: Prometheus | undefined
  t.teardown(() => prometheus?.close())
  let scraped = ''

  const lines = await playSignIns({
    async begin({ adminUrl }) {
      prometheus = await startPrometheus([new URL(adminUrl).host], ruleFile)
      await prometheus.until('up', ([up]) => up?.value[1] === '1')
    },
    async end({ adminUrl, publicUrl, log }) {
      if (!prometheus) throw new Error('it has begun')
      const read = () => log.map((line) => JSON.parse(line))
      for (const kind of ['released', 'refused']) {
        const written = read().filter(({ audit }) => audit === kind).length
        const isAll = ([all]: readonly Sample[]) => all?.value[1] === `${written}`
        await prometheus.until(`sum(step_up_gateway_${kind}_total)`, isAll)
      }
      // Once more, so that there is an increase since the last time.
      await fetch(`${publicUrl}/connect/authorize?client_id=web&client_id=other`)
      await prometheus.until(
        'sum(rate(step_up_gateway_refused_total[1m]))',
        ([all]) => Number(all?.value[1]) > 0,
      )
      const answer = await fetch(`${adminUrl}/metrics`)
      t.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
      scraped = await answer.text()

      await t.test('each panel of the dashboard has data', async (t) => {
        t.ok(panels.length > 50)
        for (const { title, expression } of panels) {
          const found = await prometheus?.query(expression)
          if (!withoutData.test(expression)) t.not(found?.length, 0, `${title}: ${expression}`)
        }
      })
      await t.test('each alert can be evaluated', async (t) => {
        for (const { name, health, lastError } of (await prometheus?.rules()) ?? [])
          t.match([health, lastError], ['ok', undefined], name)
      })
      await t.test('Prometheus counts what the record says', async (t) => {
        for (const [kind, name] of [
          ['decision', 'decisions'],
          ['refused', 'refused'],
          ['would_refuse', 'would_refuse'],
        ] as const) {
          const found = (await prometheus?.query(`step_up_gateway_${name}_total > 0`)) ?? []
          const byReason = (entries: readonly { client_id?: string; reason: string; times: number }[]) => {
            const all = new Map<string, number>()
            for (const { client_id, reason, times } of entries) {
              const key = `${client_id} ${reason}`
              all.set(key, (all.get(key) ?? 0) + times)
            }
            return Object.fromEntries([...all].sort())
          }
          const counted = byReason(
            found.map(({ metric, value }) => ({
              ...(metric['client_id'] && { client_id: metric['client_id'] }),
              reason: String(metric['reason']),
              times: Number(value[1]),
            })),
          )
          const said = byReason(
            read()
              .filter(({ audit }) => audit === kind)
              .map((line) => ({ ...line, times: 1 })),
          )
          t.same(counted, said, kind)
          t.not(found.length, 0)
        }
      })
    },
  })
  t.ok(lines.length > 10)

  await t.test('promtool finds nothing in them to improve', async (t) => {
    t.same(await promtool(['check', 'metrics'], scraped), { code: 0, said: '' })
  })
})

t.test('what is counted is shown, or leads to an alert', async (t) => {
  const shown = panels.map(({ expression }) => expression).join('\n') + ruleText
  t.same(
    families.filter((name) => !new RegExp(`\\b${name}(?:_bucket|_count|_sum)?\\b`).test(shown)),
    [],
  )
})

t.test('what is shown is counted', async (t) => {
  const shown = panels.map(({ expression }) => expression).join('\n') + ruleText
  const named = new Set(
    shown.match(/\bstep_up_gateway_\w+/g)?.map((name) => name.replace(/_(?:bucket|count|sum)$/, '')),
  )
  t.ok(named.size > 30)
  t.same(
    [...named].filter((name) => !families.includes(name)),
    [],
  )
})

t.test('the alerts', { skip }, async (t) => {
  t.match(await promtool(['check', 'rules', ruleFile]), { code: 0 })
  const { code, said } = await promtool(['test', 'rules', join(deploy, 'prometheus', 'alerts.test.yaml')])
  t.equal(code, 0, said)
  const named = parse(ruleText).groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
    rules.map(({ alert }) => alert),
  )
  const tested = readFileSync(join(deploy, 'prometheus', 'alerts.test.yaml'), 'utf8')
  for (const alert of named) t.match(tested, alert, `${alert} is tested`)
})

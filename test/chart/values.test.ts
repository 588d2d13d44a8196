import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { chart, findSchemaFaults, helm, missing, parseManifest, root, template } from './helm.ts'

if (missing) t.fail(missing)

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')

/** What a user may write wrong, on top of a file of ci/, and what Helm answers. */
const refused: readonly (readonly [file: string, set: string, said: string | RegExp])[] = [
  // by values.schema.json
  ['separate', 'replica=2', "additional properties 'replica' not allowed"],
  ['separate', 'shape=daemon', "at '/shape': value must be one of 'separate', 'sidecar', 'included'"],
  ['separate', 'replicas=two', "at '/replicas': got string, want integer"],
  ['separate', 'config.publicURL=x', "at '/config': additional properties 'publicURL' not allowed"],
  ['separate', 'config.admin.host=0.0.0.0', "at '/config/admin/host': value must be one of"],
  ['separate', 'config.monitoring=null', "at '/config': missing property 'monitoring'"],
  ['separate', 'config.shutdown.grace=8', /at '\/config\/shutdown\/grace': (got number|.*does not match)/],
  ['separate', 'config.listen.port=80', "at '/config/listen/port': minimum: got 80, want 1,024"],
  ['separate', 'config.clientsDir=clients', "at '/config/clientsDir': value must be '../clients'"],
  ['separate', 'image.digest=latest', "at '/image/digest': 'latest' does not match pattern"],
  ['separate', 'mounts.x.secret=a,mounts.x.configMap=b', "at '/mounts/x': maxProperties: got 2, want 1"],
  ['separate', 'podDisruptionBudget.maxUnavailable=0', "at '/podDisruptionBudget/maxUnavailable': minimum"],
  [
    'separate',
    'networkPolicy.egress.allow=true',
    "at '/networkPolicy/egress': additional properties 'allow'",
  ],
  // by the chart, since no schema says it
  ['memory', 'replicas=2', 'replicas is more than 1, but config.store is memory'],
  ['memory', 'replicas=2,config.store=memory', 'replicas is more than 1, but config.store is memory'],
  ['memory', 'autoscaling.enabled=true', 'autoscaling.enabled is true, but config.store is memory'],
  ['separate', 'image.repository=', 'image.repository is empty'],
  ['separate', 'config.publicUrl=', 'config.publicUrl is empty'],
  ['separate', 'config.upstream.url=', 'config.upstream.url is empty'],
  ['separate', 'op.podLabels=null', 'op.podLabels is empty: write the labels of the OP'],
  ['separate', 'serviceMonitor.enabled=true', 'networkPolicy.monitoringFrom is empty'],
  ['separate', 'networkPolicy.egress.enabled=true', 'networkPolicy.egress.rules is empty'],
  ['separate', 'httpRoute.parentRefs=null', 'httpRoute.parentRefs is empty'],
  ['separate', 'op.containers[0].name=op', 'op.containers and op.volumes are for the shape sidecar'],
  ['separate', 'mounts.step-up-gateway.secret=x', 'mounts.step-up-gateway: existingSecret'],
  ['separate', 'shape=included', 'config.upstream.url leads out of the pod'],
  ['sidecar', 'op.containers=null', 'op.containers is empty'],
  ['sidecar', 'config.upstream.url=http://op:5000', 'config.upstream.url leads out of the pod'],
  ['sidecar', 'autoscaling.maxReplicas=1', 'autoscaling.maxReplicas is less than'],
  ['included', 'op.podLabels=null', 'op.podLabels is empty: write the labels that select your'],
  ['included', 'autoscaling.enabled=true', 'autoscaling.enabled is true, but in the shape included'],
]

t.test('values that can not be used', { skip: missing }, async (t) => {
  for (const [file, set, said] of refused) {
    const values = `--values=${join(chart, 'ci', `${file}-values.yaml`)}`
    const { status, stderr } = helm('template', 'login', chart, values, '--set', set)
    t.not(status, 0, `${file} with ${set}`)
    t.match(stderr, said, `${file} with ${set}`)
  }
})

t.test('all faults are reported at once', { skip: missing }, async (t) => {
  const { stderr } = helm('template', 'login', chart)
  t.match(stderr, "the values of step-up-gateway can't be used:\n  - image.repository is empty")
  t.match(stderr, '\n  - config.publicUrl is empty')
  t.match(stderr, '\n  - replicas is more than 1, but config.store is memory')
})

interface Schema {
  properties?: Record<string, Schema>
  additionalProperties?: unknown
  description?: string
}

t.test('values.yaml and its schema name the same keys, and each is described', async (t) => {
  const schema: Schema = JSON.parse(read(chart, 'values.schema.json'))
  compare(parse(read(chart, 'values.yaml')), schema, '')

  function compare(values: Record<string, unknown>, { properties = {} }: Schema, at: string): void {
    const described = Object.keys(properties).filter((key) => !(at === '' && key === 'global'))
    t.same(Object.keys(values).sort(), described.sort(), at)
    for (const [key, described] of Object.entries(properties)) {
      t.type(described.description, 'string', `${at}/${key}`)
      // gateway.yaml has a reference of its own.
      if (described.properties && key !== 'config')
        compare(values[key] as Record<string, unknown>, described, `${at}/${key}`)
    }
  }
})

t.test('config takes the keys of gateway.yaml', async (t) => {
  const schema: Schema = JSON.parse(read(chart, 'values.schema.json'))
  const gateway: Schema = JSON.parse(read(root, 'config', 'schema.json'))
  const known = schema.properties?.['config']?.properties ?? {}
  t.same(
    Object.keys(gateway.properties ?? {}).filter((key) => !(key in known)),
    [],
  )
})

t.test('the chart is for the gateway beside it', async (t) => {
  const { version } = JSON.parse(read(root, 'package.json'))
  const { appVersion } = parse(read(chart, 'Chart.yaml'))
  t.equal(String(appVersion), version)
})

const alerts = join(root, 'deploy', 'prometheus', 'alerts.yaml')

// In the chart it is a link, so that nothing can go stale: ln -s ../../prometheus/alerts.yaml
t.test('the PrometheusRule has the alerts', { skip: missing || !existsSync(alerts) }, async (t) => {
  const values = `--values=${join(chart, 'ci', 'separate-values.yaml')}`
  const manifest = template(chart, values, '--set=prometheusRule.enabled=true')
  t.same(findSchemaFaults(manifest), [])
  const rule = parseManifest(manifest).find(({ kind }) => kind === 'PrometheusRule')
  t.same(rule?.spec, parse(readFileSync(alerts, 'utf8')))
})

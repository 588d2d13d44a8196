import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { parseDuration } from '../../src/config/schema/text.ts'
import { writeGatewayFiles } from './gateway-files.ts'
import { chart, findSchemaFaults, helm, missing, parseManifest, root, template, valuesFiles } from './helm.ts'
import { type KubernetesObject, type PodSpec, selects } from './objects.ts'
import { mayReach, type Pod } from './reach.ts'

const attacker: Pod = { namespace: 'elsewhere', labels: { app: 'attacker' } }

// Each file of ci/ is rendered, compared with Kubernetes' schemas, and its configuration read by the gateway.
if (missing) t.fail(missing)
for (const file of missing ? [] : valuesFiles) {
  t.test(basename(file), async (t) => {
    const linted = helm('lint', chart, '--strict', `--values=${file}`)
    t.equal(linted.status, 0, linted.stdout + linted.stderr)
    checkManifest(t, template(chart, `--values=${file}`))
  })
}

t.test('a chart that includes the container', { skip: missing }, async (t) => {
  const own = t.testdir()
  cpSync(join(import.meta.dirname, 'op-chart'), own, { recursive: true })
  cpSync(chart, join(own, 'charts', 'step-up-gateway'), { recursive: true })
  checkManifest(t, template(own))
})

/** The keys of gateway.yaml that the chart depends on. */
interface GatewayConfig {
  listen: { port: number }
  admin: { host: string; port: number }
  monitoring: { port: number }
  shutdown: { delay: string; grace: string }
  upstream: { url: string }
  store?: unknown
}

function checkManifest(t: Test, manifest: string): void {
  t.same(findSchemaFaults(manifest), [])
  const objects = parseManifest(manifest)
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap')
  const [gatewayYaml = ''] = configMaps.flatMap(({ data }) => data?.['gateway.yaml'] ?? [])
  const config: GatewayConfig = parse(gatewayYaml)
  checkIsAccepted(t, configMaps)
  checkServices(t, objects, config)
  for (const { spec } of objects.filter(({ kind }) => kind === 'Deployment')) {
    checkPod(t, spec.template.spec, config)
    checkUpdate(t, objects, config)
    checkSelectors(t, objects, spec.template.metadata.labels)
    const annotations = Object.keys(spec.template.metadata.annotations ?? {})
    t.notOk(
      annotations.some((key) => key.startsWith('checksum')),
      'a changed configuration restarts no pod',
    )
  }
  checkReach(t, objects, config)
}

/** The gateway itself reads what its pod would find. */
function checkIsAccepted(t: Test, configMaps: readonly KubernetesObject[]): void {
  const file = writeGatewayFiles(t.testdir(), configMaps)
  const main = ['--import=./test/strip-types.mjs', 'src/main.ts']
  const args = [...main, 'check', '--offline', '--config', file]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  t.equal(status, 0, stdout + stderr)
}

function checkServices(
  t: Test,
  objects: readonly KubernetesObject[],
  { admin, listen }: GatewayConfig,
): void {
  t.match(admin.host, /^(127\.0\.0\.1|::1|localhost)$/)
  const services = objects.filter(({ kind }) => kind === 'Service')
  const targets = services.map(({ spec }) => spec.ports.map(({ targetPort }) => targetPort).join())
  t.same(targets.sort(), services.length === 1 ? ['http'] : ['http', 'monitoring'])
  for (const { kind, spec } of objects) {
    if (kind !== 'HTTPRoute') continue
    for (const { name, port } of spec.rules.flatMap(({ backendRefs = [] }) => backendRefs)) {
      const target = services.find(({ metadata }) => metadata.name === name)
      t.match(target?.spec.ports, [{ port, targetPort: 'http' }])
    }
  }
  t.not(listen.port, admin.port)
}

function checkPod(t: Test, pod: PodSpec, config: GatewayConfig): void {
  t.equal(pod.automountServiceAccountToken, false)
  t.match(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
  for (const { securityContext } of [...pod.containers, ...(pod.initContainers ?? [])]) {
    t.not(securityContext?.runAsUser, 0)
    t.not(securityContext?.runAsNonRoot, false)
    t.not(securityContext?.privileged, true)
  }
  const [gateway, ...others] = pod.containers
  t.same(others, [])
  t.match(gateway, {
    name: 'gateway',
    securityContext: {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: undefined },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    startupProbe: { httpGet: { path: '/startupz', port: 'monitoring' } },
    livenessProbe: { httpGet: { path: '/livez', port: 'monitoring' } },
    readinessProbe: { httpGet: { path: '/readyz', port: 'monitoring' } },
  })
  t.match(gateway?.ports, [
    { name: 'http', containerPort: config.listen.port },
    { name: 'monitoring', containerPort: config.monitoring.port },
  ])
  // The OP in the same pod starts before the gateway and ends after it.
  for (const { restartPolicy } of pod.initContainers ?? []) t.equal(restartPolicy, 'Always')
  for (const { subPath, readOnly } of gateway?.volumeMounts ?? []) {
    t.equal(subPath, undefined, 'a mount by subPath never changes')
    t.equal(readOnly, true)
  }
  for (const { secret } of pod.volumes.filter(({ name }) => name.startsWith('step-up-gateway-')))
    if (secret) t.equal(secret.defaultMode, 0o440)
  const { delay, grace } = config.shutdown
  t.ok(pod.terminationGracePeriodSeconds * 1000 > parseDuration(delay) + parseDuration(grace))
}

/** An update has as many ready pods as before; a gateway with a memory of its own never runs twice. */
function checkUpdate(t: Test, objects: readonly KubernetesObject[], { store }: GatewayConfig): void {
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  if (store === undefined || store === 'memory')
    t.match(deployment?.spec, { replicas: 1, strategy: { type: 'Recreate' } })
  else t.match(deployment?.spec.strategy?.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 })
  const isScaled = objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler')
  t.equal(deployment?.spec.replicas === undefined, isScaled)
}

/** What belongs to the pods selects them. */
function checkSelectors(t: Test, objects: readonly KubernetesObject[], labels: Record<string, string>): void {
  const selectors = objects.flatMap(({ kind, metadata, spec }) => {
    if (kind === 'Service') return [spec.selector]
    if (kind === 'Deployment' || kind === 'PodDisruptionBudget') return [spec.selector.matchLabels]
    return kind === 'NetworkPolicy' && !metadata.name.endsWith('-op') ? [spec.podSelector.matchLabels] : []
  })
  t.ok(selectors.length > 1)
  for (const selector of selectors) t.ok(selects(selector, labels), JSON.stringify(selector))
}

/** Nobody but the gateway gets to the OP, where the chart's policies say so. */
function checkReach(t: Test, objects: readonly KubernetesObject[], config: GatewayConfig): void {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  const own = policies.find(({ metadata }) => !metadata.name.endsWith('-op'))
  if (own === undefined) return
  const gateway: Pod = { namespace: 'identity', labels: own.spec.podSelector.matchLabels }
  const proxy: Pod = { namespace: 'ingress-nginx', labels: {} }
  const prometheus: Pod = { namespace: 'monitoring', labels: {} }
  t.ok(mayReach(objects, proxy, gateway, config.listen.port))
  t.notOk(mayReach(objects, attacker, gateway, config.admin.port))
  t.notOk(mayReach(objects, attacker, gateway, config.monitoring.port))
  t.equal(
    mayReach(objects, prometheus, gateway, config.monitoring.port),
    objects.some(({ kind }) => kind === 'ServiceMonitor'),
  )
  const guard = policies.find(({ metadata }) => metadata.name.endsWith('-op'))
  if (guard === undefined) {
    t.notOk(mayReach(objects, attacker, gateway, Number(new URL(config.upstream.url).port)))
    return
  }
  const op: Pod = { namespace: guard.metadata.namespace ?? '', labels: guard.spec.podSelector.matchLabels }
  const [port = 0] = guard.spec.ingress?.[0]?.ports?.map((one) => one.port) ?? []
  t.ok(mayReach(objects, gateway, op, port))
  t.notOk(
    mayReach(objects, { ...gateway, namespace: 'elsewhere' }, op, port),
    'its labels in another namespace',
  )
  for (const other of [attacker, proxy, op]) t.notOk(mayReach(objects, other, op, port))
}

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Secret, TOTP } from 'otpauth'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { isChallenge } from '../e2e/challenge.ts'
import { openBrowser } from '../e2e/stage.ts'
import { startLabRps } from '../lab/lab-rps.ts'
import { makeProbeClient, secretOf } from '../lab/op-world.ts'
import { readClaims, signIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import { image } from './build.ts'
import { base, importBase, root, runWithPodman, setUp } from './podman.ts'

// deploy/compose as it is, by podman-compose. Of gateway.yaml it changes what an operator does; compose.override.yaml
// tells the rest.
await importBase()
const [port = 0, hostedPort = 0] = await freePorts(2)
const publicUrl = `http://localhost:${port}`
const hostedUrl = `http://localhost:${hostedPort}`
const rps = await startLabRps(() => publicUrl)
t.teardown(() => rps.close())

const folder = mkdtempSync(join(tmpdir(), 'compose-'))
t.teardown(() => rmSync(folder, { recursive: true }))
cpSync(join(root, 'deploy/compose'), folder, { recursive: true })
writeFileSync(join(folder, 'gateway.yaml'), stringify(describeGateway()))
await runWithPodman('bash', [join(folder, 'secrets.sh')])
for (const [name, id] of [
  ['probe-client-secret', 'step-up-gateway'],
  ['authsignal-api-secret-key', 'authsignal'],
] as const)
  writeFileSync(join(folder, 'secrets', name), secretOf(id))

function describeGateway() {
  const yaml = parse(readFileSync(join(folder, 'gateway.yaml'), 'utf8'))
  const { clientSecret } = yaml.provider.probe
  return {
    ...yaml,
    publicUrl,
    provider: { preset: 'oidc-provider', probe: { clientSecret } },
    authsignal: { ...yaml.authsignal, apiUrl: 'http://127.0.0.1:4480/v1', challengeHosts: [hostedUrl] },
    clients: { web: { mode: 'enforce', redirectUris: [rps.web.redirectUri] } },
  }
}

const [yes, no] = [() => true, () => false]
const project = `step-up-${process.pid}`
const variables = {
  GATEWAY_IMAGE: image,
  OP_IMAGE: base,
  PUBLISH: `127.0.0.1:${port}`,
  HOSTED: `127.0.0.1:${hostedPort}`,
  HOSTED_PORT: `${hostedPort}`,
  LAB: root,
  LAB_OP: JSON.stringify({ issuer: publicUrl, clients: [...rps.clients, makeProbeClient(publicUrl)] }),
}
const files = [join(folder, 'compose.yaml'), join(import.meta.dirname, 'compose.override.yaml')]
const compose = (...args: readonly string[]) =>
  runWithPodman(
    join(setUp, 'python/bin/podman-compose'),
    ['--project-name', project, '--in-pod', 'false', ...files.flatMap((file) => ['--file', file]), ...args],
    variables,
  )
const inspect = async (service: string, format: string) =>
  runWithPodman('podman', ['inspect', `--format=${format}`, `${project}_${service}_1`])

t.teardown(() => compose('down', '--timeout', '1', '--volumes'))
await compose('up', '--detach')
await untilReady()

async function untilReady(): Promise<void> {
  const script = "fetch('http://127.0.0.1:9090/readyz').then(({ ok }) => process.exit(ok ? 0 : 1))"
  const ask = ['exec', `${project}_gateway_1`, '/usr/bin/node', '--eval', script]
  while (!(await runWithPodman('podman', ask).then(yes, no))) {
    if ((await inspect('gateway', '{{.State.Status}}')) !== 'running')
      throw new Error(await compose('logs', 'gateway'))
    await delay(200)
  }
}

t.test('signs in through a challenge', async (t) => {
  const browser = openBrowser(t)
  const page = await signIn(browser, rps.web, 'alice')
  t.ok(isChallenge({ authsignal: { hostedUrl } } as never, page), page.text)
  const code = new TOTP({ secret: Secret.fromBase32('JBSWY3DPEHPK3PXP') }).generate()
  await browser.submit(page, { code })
  t.match(await readClaims(browser, rps.web), { sub: 'user-alice' })
})

// The gateway is ready, and so it has written there.
t.test('protects the state in Valkey', async (t) => {
  const password = readFileSync(join(folder, 'secrets/valkey-password'), 'utf8')
  const ask = (...args: string[]) =>
    runWithPodman('podman', ['exec', `${project}_valkey_1`, 'valkey-cli', ...args])
  t.equal(await ask('-e', 'ping'), 'PONG')
  t.match(await ask('set', 'step-up:x', 'y'), /NOPERM/, 'nobody writes without the password')
  t.match(
    await ask('--user', 'gateway', '--pass', password, '--no-auth-warning', 'set', 'other', 'y'),
    /NOPERM/,
  )
})

t.test('publishes the gateway and nothing else', async (t) => {
  t.same(JSON.parse(await inspect('op', '{{json .NetworkSettings.Ports}}')), {})
  t.same(JSON.parse(await inspect('valkey', '{{json .NetworkSettings.Ports}}')), {})
  const published = JSON.parse(await inspect('gateway', '{{json .NetworkSettings.Ports}}'))
  t.same(published['8080/tcp'], [{ HostIp: '127.0.0.1', HostPort: `${port}` }])
  for (const network of ['op', 'store'])
    t.equal(
      await runWithPodman('podman', [
        'network',
        'inspect',
        '--format={{.Internal}}',
        `${project}_${network}`,
      ]),
      'true',
    )
})

t.test('confines the gateway and Valkey', async (t) => {
  for (const service of ['gateway', 'valkey']) {
    t.equal(await inspect(service, '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}'), 'true 65532:65532')
    t.equal(await inspect(service, '{{len .EffectiveCaps}}'), '0')
    t.match(await inspect(service, '{{.HostConfig.SecurityOpt}}'), /no-new-privileges/)
    t.notMatch(await inspect(service, '{{.HostConfig.NetworkMode}}'), 'host')
  }
})

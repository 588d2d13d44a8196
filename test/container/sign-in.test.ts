import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { stringify } from 'yaml'
import { expectChallenge, passChallenge } from '../e2e/challenge.ts'
import { openBrowser } from '../e2e/stage.ts'
import { startOutsideWorld } from '../lab/outside-world.ts'
import { readClaims, signIn } from '../lab/people.ts'
import type { Yaml } from '../lab/start-gateway.ts'
import { image } from './build.ts'
import { podman } from './podman.ts'

/** What an orchestrator that trusts nobody asks for. The lab is on loopback only: so is the container. */
const confined = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--network=host',
]
const name = `step-up-${process.pid}`

async function startContainer(yaml: Yaml, adminUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'container-'))
  const file = join(folder, 'gateway.yaml')
  await writeFile(file, stringify(yaml))
  const mount = `--volume=${file}:/etc/step-up-gateway/gateway.yaml:ro`
  await podman('run', '--detach', `--name=${name}`, ...confined, mount, `--env=ADMIN_URL=${adminUrl}`, image)
  const close = async () => {
    await podman('rm', '--force', '--time=0', name)
    await rm(folder, { recursive: true })
  }
  try {
    await untilReady(adminUrl)
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

async function untilReady(adminUrl: string): Promise<void> {
  while ((await fetch(`${adminUrl}/readyz`).catch(() => undefined))?.status !== 200) {
    if ((await inspect('{{.State.Status}}')) !== 'running') throw new Error(await podman('logs', name))
    await delay(100)
  }
}

const inspect = (format: string) => podman('inspect', `--format=${format}`, name)

/** One health check, as an engine runs it every ten seconds, and what the engine then takes the container for. */
async function checkHealth(): Promise<string> {
  await podman('healthcheck', 'run', name).catch(() => undefined)
  return inspect('{{.State.Health.Status}}')
}

const world = await startOutsideWorld(startContainer)
t.teardown(() => world.close())

t.test('signs in through a challenge', async (t) => {
  const browser = openBrowser(t)
  const page = await signIn(browser, world.web, 'alice')
  expectChallenge(t, world, page)
  t.same(await readClaims(browser, world.web), {})
  await passChallenge(world, browser, page)
  t.match(await readClaims(browser, world.web), { sub: 'user-alice' })
})

t.test('signs in without one where none is asked for', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, world.other, 'bob')
  t.match(await readClaims(browser, world.other), { sub: 'user-bob' })
})

t.test('runs as nobody who may do anything', async (t) => {
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs')
    const status = readFileSync('/proc/1/status', 'utf8')
    const field = (name) => new RegExp('^' + name + ':\\\\s*(.*)$', 'm').exec(status)[1]
    const write = (file) => { try { writeFileSync(file, '') } catch ({ code }) { return code } }
    const fields = ['Uid', 'Gid', 'CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs'].map((name) => [name, field(name)])
    console.log(JSON.stringify([Object.fromEntries(fields), ['/x', '/app/x', '/tmp/x', '/etc/x'].map(write)]))`
  t.same(JSON.parse(await podman('exec', name, '/usr/bin/node', '--eval', script)), [
    {
      Uid: '65532\t65532\t65532\t65532',
      Gid: '65532\t65532\t65532\t65532',
      CapEff: '0000000000000000',
      CapPrm: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
    },
    ['EROFS', 'EROFS', 'ENOENT', 'EROFS'],
  ])
})

t.test('is healthy while it answers', async (t) => {
  t.equal(await checkHealth(), 'healthy')
  await podman('kill', '--signal=STOP', name)
  t.equal(await checkHealth(), 'healthy', 'one check says nothing yet')
  // Three in a row do, after the ten seconds that the image gives it for its start.
  const later: string[] = []
  while (later.at(-1) !== 'unhealthy' && later.length < 10) later.push(await checkHealth())
  t.equal(later.at(-1), 'unhealthy')
  await podman('kill', '--signal=CONT', name)
  t.equal(await checkHealth(), 'healthy')
})

t.test('ends with 0 when it is asked to stop', async (t) => {
  await podman('stop', '--time=20', name)
  t.equal(await inspect('{{.State.Status}} {{.State.ExitCode}}'), 'exited 0')
})

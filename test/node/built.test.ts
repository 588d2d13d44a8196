import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { stringify } from 'yaml'
import { expectChallenge, passChallenge } from '../e2e/challenge.ts'
import { openBrowser } from '../e2e/stage.ts'
import { startOutsideWorld } from '../lab/outside-world.ts'
import { readClaims, signIn } from '../lab/people.ts'

// The gateway as it is shipped: dist, which `npm run test:node` has built, without the loader of the tests.
const main = join(import.meta.dirname, '../../dist/src/main.js')
const expected = process.env['EXPECTED_NODE']

t.test('the tests run on the Node that is meant', { skip: expected === undefined }, async (t) => {
  t.equal(process.version, expected)
})

t.test('a sign-in through the built gateway', async (t) => {
  const world = await startOutsideWorld(async (yaml, adminUrl) => {
    const folder = t.testdir({ 'gateway.yaml': '' })
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, stringify(yaml))
    const { NODE_OPTIONS: _loader, ...env } = process.env
    const child = spawn(process.execPath, [main, 'start', '--config', file], { env })
    const said: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => said.push(String(text)))
    const ended = once(child, 'close')
    while ((await fetch(`${adminUrl}/readyz`).catch(() => undefined))?.status !== 200) {
      if (child.exitCode !== null) throw new Error(said.join(''))
      await delay(50)
    }
    return {
      said,
      async close() {
        child.kill('SIGTERM')
        t.same(await ended, [0, null], 'ends with 0')
      },
    }
  })
  const browser = openBrowser(t)
  const page = await signIn(browser, world.web, 'alice')
  expectChallenge(t, world, page)
  await passChallenge(world, browser, page)
  t.match(await readClaims(browser, world.web), { sub: 'user-alice' })
  await world.close()
  t.notMatch(world.gateway.said.join(''), /Warning:/, 'Node has nothing to say')
})

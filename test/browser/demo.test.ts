import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { findTakenPort, listDemoPorts } from '../lab/demo/ports.ts'
import { freePorts } from '../lab/ports.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { enrolApp, logIn, startSignIn, waitForGreeting } from './person.ts'

const root = join(import.meta.dirname, '..', '..')

interface RunningDemo {
  readonly child: ChildProcess
  /** Resolves once it has printed something that matches. */
  saying(pattern: RegExp): Promise<RegExpExecArray>
  ended(): Promise<{ readonly code: number | null; readonly output: string }>
}

t.test('the demo, as a person at a browser sees it', { skip }, async (t) => {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const visitor = await welcomeVisitor(browser)
  const base = await findPortBase()

  for (const run of ['first', 'second']) {
    await t.test(`${run} run: nobody is enrolled`, async (t) => {
      const demo = startDemo(t, base)
      const [webUrl = ''] = await demo.saying(/http:\/\/app\.localhost:\d+/)
      const [otherUrl = ''] = await demo.saying(/http:\/\/other\.localhost:\d+/)
      const { page } = visitor
      await startSignIn(page, webUrl)
      await logIn(page, 'alice')
      await enrolApp(page)
      await waitForGreeting(page, 'Alice Archer')
      await page.getByRole('link', { name: 'Sign in again' }).click()
      await waitForGreeting(page, 'Alice Archer')
      await startSignIn(page, otherUrl)
      await waitForGreeting(page, 'Alice Archer')
      demo.child.kill('SIGINT')
      const { code, output } = await demo.ended()
      t.equal(code, 0)
      const told = output.split('\n').flatMap((line) => /^\d\d:\d\d:\d\d {2}(.*)$/.exec(line)?.[1] ?? [])
      t.same(told, [
        'alice at web: challenge (enrolment_required)',
        'alice at web: step-up passed (AUTHENTICATOR_APP)',
        'alice at web: release (kept_response)',
        'alice at web: release (no_challenge_needed)',
      ])
    })
  }
  t.same(visitor.complaints, [])
})

t.test('the demo, as a shell sees it', async (t) => {
  const base = await findPortBase()

  await t.test('names a port that is taken', async (t) => {
    const server = createServer().listen(base + 3, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const { code, output } = await startDemo(t, base).ended()
    t.equal(code, 1)
    t.equal(output, `port ${base + 3} is taken by another process; stop it, or set LAB_PORT_BASE\n`)
  })

  await t.test('names a base that is none', async (t) => {
    const { code, output } = await startDemo(t, 'x').ended()
    t.equal(code, 1)
    t.equal(output, 'LAB_PORT_BASE is "x": write a port from 1024 to 65530\n')
  })

  await t.test('ends at SIGTERM', async (t) => {
    const demo = startDemo(t, base)
    await demo.saying(/Ctrl-C stops everything/)
    demo.child.kill('SIGTERM')
    t.equal((await demo.ended()).code, 0)
  })
})

function startDemo(t: { teardown(end: () => void): void }, base: number | string): RunningDemo {
  const child = spawn(process.execPath, [...process.execArgv, join(root, 'test', 'lab', 'demo.ts')], {
    cwd: root,
    env: { ...process.env, LAB_PORT_BASE: String(base) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return {
    child,
    async saying(pattern) {
      for (;;) {
        const found = pattern.exec(output)
        if (found) return found
        if (child.exitCode !== null) throw new Error(`the demo ended: ${output}`)
        await Promise.race([once(child.stdout, 'data'), closed])
      }
    },
    async ended() {
      const [code] = await closed
      return { code, output }
    },
  }
}

/** The first of six free ports in a row. */
async function findPortBase(): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1)
    if (base <= 65_530 && (await findTakenPort(listDemoPorts(base))) === undefined) return base
  }
}

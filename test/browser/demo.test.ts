import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import t from 'tap'
import { findTakenPort, listDemoPorts } from '../lab/demo/ports.ts'
import { freePorts } from '../lab/ports.ts'
import { plugInAuthenticator } from './authenticator.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { enrolApp, logIn, readClaims, startSignIn, typeCode, waitForGreeting } from './person.ts'

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
      t.same(readLog(output), [
        'alice at web: challenge (enrolment_required)',
        'alice at web: step-up passed (AUTHENTICATOR_APP)',
        'alice at web: release (kept_response)',
        'alice at web: release (no_challenge_needed)',
      ])
    })
  }
  t.same(visitor.complaints, [])
})

t.test('the demo, as far as its words go', { skip }, async (t) => {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const { page, openTab, complaints } = await welcomeVisitor(browser)
  const authenticator = await plugInAuthenticator(page)
  const demo = startDemo(t, await findPortBase())
  const read = async (pattern: RegExp) => (await demo.saying(pattern))[1] ?? ''
  const webUrl = await read(/1\. Open (\S+)/)
  const passkeysUrl = await read(/As alice, open (\S+)/)
  const mailsUrl = await read(/(\S+\/mails)/)
  const accountUrl = await read(/As erin, open (\S+)/)
  const web2Url = await read(/open (\S+) and sign in as bob/)

  await t.test('a passkey is added, and signs alice in', async (t) => {
    await startSignIn(page, webUrl)
    await logIn(page, 'alice')
    const key = await enrolApp(page)
    await waitForGreeting(page, 'Alice Archer')
    await page.goto(passkeysUrl)
    // A code counts once in its 30 seconds; the next one is right already.
    const timestamp = Date.now() + 30_000
    await typeCode(page, new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp }))
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Your passkey was added.').waitFor()
    await page.getByRole('link', { name: 'Back to the application' }).click()
    await waitForGreeting(page, 'Alice Archer')
    await signOutEverywhere(page, webUrl)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await waitForGreeting(page, 'Alice Archer')
    t.match(await readClaims(page, webUrl), { sub: 'user-alice', amr: ['swk'] })
  })

  const typeMailedCode = async (tab: Page, button = 'Confirm') => {
    await tab.locator('#code').waitFor()
    const mails = await openTab()
    await mails.goto(mailsUrl)
    const code = await mails.locator('code').first().textContent()
    await mails.close()
    await tab.locator('#code').fill(code ?? '')
    await tab.getByRole('button', { name: button }).click()
  }
  const saveName = async (name: string) => {
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Save' }).click()
  }

  await t.test('erin is mailed a code', async (t) => {
    await authenticator.answer(false)
    await signOutEverywhere(page, webUrl)
    await startSignIn(page, webUrl)
    await logIn(page, 'erin')
    const address = page.getByLabel('Your email address')
    t.equal(await address.inputValue(), 'erin@example.com')
    t.equal(await address.getAttribute('readonly'), '')
    await page.getByRole('button', { name: 'Send code' }).click()
    await typeMailedCode(page, 'Turn on')
    await waitForGreeting(page, 'Erin Ellis')
  })

  await t.test("the provider's account page asks for another one", async (t) => {
    await page.goto(accountUrl)
    await typeMailedCode(page)
    await saveName('Erin E. Ellis')
    await page.getByText('Saved.').waitFor()

    // Another session of hers knows no verification for the page, as if the minute were over.
    const tab = await openTab()
    await signOutEverywhere(tab, webUrl)
    await startSignIn(tab, webUrl)
    await logIn(tab, 'erin')
    await typeMailedCode(tab)
    await waitForGreeting(tab, 'Erin E. Ellis')
    await tab.close()
    await saveName('Mallory')
    await page.getByRole('heading', { name: 'Please verify first' }).waitFor()
    await page.getByRole('link', { name: 'Continue to verification' }).click()
    await typeMailedCode(page)
    await page.getByRole('link', { name: 'Back to the page' }).click()
    t.equal(await page.getByLabel('Your name').inputValue(), 'Erin E. Ellis', 'nothing was done')
    await saveName('Erin F. Ellis')
    await page.getByText('Saved.').waitFor()
  })

  await t.test("bob's device is remembered", async () => {
    await signOutEverywhere(page, webUrl)
    await startSignIn(page, web2Url)
    await logIn(page, 'bob')
    await enrolApp(page)
    await page.getByRole('link', { name: 'Yes, remember it' }).click()
    await waitForGreeting(page, 'Bob Baker')
    await signOutEverywhere(page, web2Url)
    await startSignIn(page, web2Url)
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
  })

  demo.child.kill('SIGINT')
  const { code, output } = await demo.ended()
  t.equal(code, 0)
  const proofsAside = readLog(output).filter((line) => !line.endsWith('release (proof)'))
  t.same(proofsAside, [
    'alice at web: challenge (enrolment_required)',
    'alice at web: step-up passed (AUTHENTICATOR_APP)',
    'alice at web: release (kept_response)',
    'alice at passkeys: challenge (challenge_required)',
    'alice at passkeys: step-up passed (AUTHENTICATOR_APP)',
    'alice at passkeys: passkey added',
    'alice: signed in by passkey (jwt)',
    'alice at web: release (pass)',
    'erin at web: challenge (enrolment_required)',
    'erin at web: step-up passed (EMAIL_OTP)',
    'erin at web: release (kept_response)',
    'erin at /account: challenge (challenge_required)',
    'erin at /account: step-up passed (EMAIL_OTP)',
    'erin at web: challenge (challenge_required)',
    'erin at web: step-up passed (EMAIL_OTP)',
    'erin at web: release (kept_response)',
    'erin at /account: challenge (challenge_required)',
    'erin at /account: step-up passed (EMAIL_OTP)',
    'bob at web2: challenge (enrolment_required)',
    'bob at web2: step-up passed (AUTHENTICATOR_APP)',
    'bob at web2: device remembered',
    'bob at web2: release (kept_response)',
    'bob at web2: release (no_challenge_needed)',
  ])
  t.same(complaints, [])
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
    t.equal(output, 'LAB_PORT_BASE is "x": write a port from 1024 to 65529\n')
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

async function signOutEverywhere(page: Page, applicationUrl: string): Promise<void> {
  await page.goto(applicationUrl)
  await page.getByRole('link', { name: 'Sign out everywhere' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
}

/** What was told of decisions, without the times. */
function readLog(output: string): string[] {
  return output.split('\n').flatMap((line) => /^\d\d:\d\d:\d\d {2}(.*)$/.exec(line)?.[1] ?? [])
}

/** The first of seven free ports in a row. */
async function findPortBase(): Promise<number> {
  for (;;) {
    const [base = 0] = await freePorts(1)
    if (base <= 65_529 && (await findTakenPort(listDemoPorts(base))) === undefined) return base
  }
}

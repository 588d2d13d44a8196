import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { openidClientKit } from '../lab/applications/openid-client/kit.ts'
import { Browser, type Page } from '../lab/browser.ts'
import { secretOf } from '../lab/op-world.ts'
import { freePorts } from '../lab/ports.ts'
import { djangoKit } from '../lab/providers/django-oauth-toolkit/kit.ts'
import { makeProbe } from '../lab/providers/world.ts'
import { readCommand, readExample, readProvider } from './operator-guide.ts'
import { openTerminal } from './operator-terminal.ts'

/**
 * A new operator's way from README's step 2 to step 7, in front of an OP that nobody here wrote: README's own lines, run
 * as processes. Only ports, and the id that `explain` asks for, are put in.
 */

const [rehearsal, monitoring, reporting, help] = [
  '2. Rehearse it with your own OP',
  '5. Monitor',
  '6. Report',
  'When something is wrong',
] as const
const missing = await djangoKit.findMissing()
if (missing !== undefined && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)

t.test('from README to enforce', missing === undefined ? {} : { skip: missing }, async (t) => {
  const { run, open, applications, provider, ports, publicUrl, save, folder } = await settleIn(t)
  const { web, redirectUris } = applications
  const { alice, bob } = provider.people

  const builds = readCommand(rehearsal, 'npm ci').split(' && ')
  t.equal(builds[1], 'npm run build')
  t.match(await run(`cd "$OPERATOR_PROJECT" && ${builds[1]}`), { code: 0 })

  const standIn = open(
    `${readCommand(rehearsal, 'step-up-gateway rehearse')} --port ${ports.standIn} --gateway ${publicUrl}`,
  )
  const printed = await standIn.until(/Ctrl-C ends it/)
  const { authsignal } = parse(/^authsignal:\n(?: .*\n)+/m.exec(printed)?.[0] ?? '')
  const hostedUrl = String(authsignal.challengeHosts[0])
  const write = (name: string, policy: Record<string, unknown>) => {
    const { clients, ...example } = readExample() as { clients: { web: object } }
    save(name, {
      ...example,
      publicUrl,
      listen: { host: '127.0.0.1', port: ports.gateway },
      admin: { host: '127.0.0.1', port: ports.admin },
      upstream: { url: provider.url },
      provider: readProvider('django-oauth-toolkit', publicUrl),
      authsignal,
      clients: { web: { ...clients.web, redirectUris, ...policy } },
    })
  }
  /** A browser of somebody's own, up to where the sign-in leads. */
  const signIn = async (person: { username: string; password: string; subject: string }) => {
    const browser = new Browser()
    t.teardown(() => browser.close())
    const page = await provider.pages.logIn(browser, await web.startSignIn(browser), person)
    return { browser, page, subject: () => web.findSubject(browser) }
  }
  const isAtStandIn = ({ url }: Page) => url.startsWith(`${hostedUrl}/challenge`)
  const readMail = async (browser: Browser) =>
    /Your code is (\d{6})/.exec((await browser.get(`${hostedUrl}/mails`)).text)?.[1] ?? ''
  const isReady = /"the provider metadata is known"/

  await t.test('2. rehearses', async (t) => {
    write('gateway.yaml', {})
    t.match(await run(readCommand(rehearsal, 'step-up-gateway check')), {
      code: 0,
      stdout: /^configuration is valid: 1 client\n.*: its discovery document was read\n/,
    })
    const gateway = open(readCommand(rehearsal, 'step-up-gateway start'))
    t.match(await gateway.until(isReady), /a stand-in may answer for Authsignal/)
    const { code, stdout } = await run(readCommand(rehearsal, 'step-up-gateway doctor'))
    t.equal(code, 0, 'nothing is wrong', { stdout })
    t.match(stdout, /^fine {5}public address {2}/m)

    const { browser, page, subject } = await signIn(alice)
    t.ok(isAtStandIn(page), 'the password alone is not enough', { text: page.text })
    const address = await browser.click(page, 'Use a code by email instead')
    const sent = await browser.submit(address, { email: 'alice@example.com' })
    await browser.submit(sent, { code: await readMail(browser) })
    t.equal(await subject(), alice.subject, 'and the code that the stand-in mailed is')
    t.match(await browser.get(`${hostedUrl}/`), { text: /Decisions .* method EMAIL_OTP/ })
    await gateway.interrupt()
  })

  await t.test('5. monitors', async (t) => {
    write('gateway.yaml', { mode: 'monitor' })
    const gateway = open(readCommand(monitoring, 'step-up-gateway start'))
    await gateway.until(isReady)
    for (const person of [alice, bob]) {
      const { page, subject } = await signIn(person)
      t.notOk(
        page.hops.some(({ url }) => url.startsWith(hostedUrl)),
        'nobody is challenged',
      )
      t.equal(await subject(), person.subject, `${person.username} is signed in`)
    }
    await applications.tryPasswordGrant()
    await gateway.until(/"would_refuse"/)
    t.equal((await gateway.until(/./)).match(/"audit":"decision"/g)?.length, 2, 'a line for each sign-in')
    await gateway.interrupt()
  })

  await t.test('6. reports', async (t) => {
    const reported = await run(readCommand(reporting, 'step-up-gateway report audit'))
    t.equal(reported.code, 0)
    for (const line of [
      /^what to do or to know before enforce$/m,
      /^ {2}web: 1 request would be refused: it uses the grant `password` -> clients\.web\.grants$/m,
      /^ {2}web: 1 sign-in of 1 user: .* -> clients\.web\.unenrolled$/m,
      /^web: monitor \(gateway\.yaml:\d+\)\n {2}2 sign-ins of 2 users$/m,
      /^ {2}would be challenged +1 /m,
      /^ {2}would be asked to enrol +1 /m,
      /^ {2}rules that matched\n +2 {2}[0-9a-f-]{36}$/m,
    ])
      t.match(reported.stdout, line)
    t.match(await run(readCommand(reporting, 'step-up-gateway report --html')), { code: 0, stdout: '' })
    const page = readFileSync(join(folder, 'report.html'), 'utf8')
    t.match(
      page,
      /^<!doctype html>[\s\S]*<code>enforce<\/code>[\s\S]*→ <span class="code">clients\.web\.grants/i,
    )

    const replayLine = readCommand(reporting, 'step-up-gateway replay')
    write('new.yaml', { grants: ['authorization_code', 'password'], unenrolled: 'deny' })
    t.match(await run(replayLine), {
      code: 0,
      stdout:
        /web: monitor -> enforce\n(?=[\s\S]*enrolment_required +-> {2}deny: unenrolled_denied\n)(?=[\s\S]*unauthorized_client +-> {2}go on: it is listed now\n) {2}1 /,
    })
    write('new.yaml', {})
    t.match(await run(replayLine), {
      stdout: /web: monitor -> enforce\n {2}decided as before, but now enforced: 3 /,
    })
  })

  await t.test('7. enforces, and explains', async (t) => {
    write('gateway.yaml', {})
    t.match(await run(readCommand(rehearsal, 'step-up-gateway check')), {
      code: 0,
      stdout: /\nweb: enforce, .*\n {2}open +unenrolled: enroll +.* -> unenrolled: deny\n/,
    })
    const gateway = open(readCommand(monitoring, 'step-up-gateway start'))
    await gateway.until(isReady)

    const passing = await signIn(alice)
    t.ok(isAtStandIn(passing.page), 'alice is challenged', { text: passing.page.text })
    t.equal(await passing.subject(), undefined)
    await passing.browser.submit(passing.page, { code: await readMail(passing.browser) })
    t.equal(await passing.subject(), alice.subject, 'and the application has her once she has passed')
    const output = await gateway.until(/"audit":"released"/)
    const [, released = ''] = /"support_id":"([^"]+)"[^\n]*"audit":"released"/.exec(output) ?? []

    const leaving = await signIn(bob)
    t.ok(isAtStandIn(leaving.page), 'bob is asked to enrol', { text: leaving.page.text })
    const page = await leaving.browser.click(leaving.page, 'Cancel')
    const [, shown = ''] = /Support id: ([0-9a-f-]{36})/.exec(page.text) ?? []
    await gateway.until(/"cancelled"/)
    t.equal(await leaving.subject(), undefined)

    const explainLine = readCommand(help, 'step-up-gateway explain SUPPORT_ID')
    t.match(await run(explainLine.replace('SUPPORT_ID', released)), {
      code: 0,
      stdout:
        /^\S+ {2}sign-in at web\n {2}user: 1\n[\s\S]*by the rule [0-9a-f-]{36}\n[\s\S]*was passed by EMAIL_OTP [\s\S]*\nended: the client got its answer /,
    })
    t.match(await run(explainLine.replace('SUPPORT_ID', shown)), {
      code: 0,
      stdout:
        /^\S+ {2}sign-in at web\n {2}user: 2\n[\s\S]*: cancelled\n[\s\S]*\nended: the challenge was not passed /,
    })
    t.match(await run(explainLine.replace('SUPPORT_ID', 'not-in-it')), {
      code: 1,
      stderr: 'no audit line has the id not-in-it\n',
    })
    t.match(await run(readCommand(help, 'step-up-gateway explain --config')), {
      code: 0,
      stdout: /\n {2}CHALLENGE_REQUIRED +challenge \(challenge_required\)/,
    })
    t.match(await run(readCommand(help, 'step-up-gateway doctor')), {
      code: 0,
      stdout: /\nnothing is wrong\n$/,
    })
    await gateway.interrupt()
  })
  t.match(await standIn.interrupt(), { stderr: '' })
})

/** What a new operator has: an OP with an application, a clone of the project, and a folder for what is written. */
async function settleIn(t: Test) {
  const [gateway = 0, admin = 0, op = 0, standIn = 0] = await freePorts(4)
  const publicUrl = `http://localhost:${gateway}`
  const probe = makeProbe(publicUrl)
  const plan = { clientId: 'web', clientSecret: secretOf('web'), consent: false }
  const started = await openidClientKit.start(djangoKit.issuerOf?.(publicUrl) ?? publicUrl, [plan])
  t.teardown(started.close)
  const [web] = started.applications
  if (web === undefined) throw new Error('there is no application')
  const provider = await djangoKit.start({ publicUrl, port: op, clients: [web.registration, probe] })
  t.teardown(provider.close)
  const folder = t.testdir({})
  return {
    ...openTerminal(t, folder, {
      alias: readCommand(rehearsal, 'alias'),
      secrets: { PROBE_CLIENT_SECRET: probe.clientSecret },
    }),
    folder,
    provider,
    publicUrl,
    ports: { gateway, admin, standIn },
    save: (name: string, yaml: object) => writeFileSync(join(folder, name), stringify(yaml)),
    applications: {
      web,
      redirectUris: [...web.registration.redirectUris],
      /** What an old script of the application does. */
      tryPasswordGrant: async () => {
        const { username, password } = provider.people.bob
        const { clientId, clientSecret } = plan
        const form = {
          grant_type: 'password',
          username,
          password,
          client_id: clientId,
          client_secret: clientSecret,
        }
        const script = new Browser()
        await script.post(`${publicUrl}/o/token/`, form)
        await script.close()
      },
    },
  }
}

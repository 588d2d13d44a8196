import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readWords } from '../lab/html.ts'
import { signIn } from '../lab/people.ts'
import { startRehearsal } from '../stand-in/start-rehearsal.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld } from './stage.ts'

/** The six digits that one of the operator's pages shows first. */
async function readCode(page: string): Promise<string> {
  const [code] = /\b\d{6}\b/.exec(readWords(await (await fetch(page)).text())) ?? []
  if (code === undefined) throw new Error(`no code on ${page}`)
  return code
}

t.test(
  'a rehearsal with a real OP: the section that was printed, and nothing else of Authsignal',
  async (t) => {
    const rules = join(t.testdir({}), 'rules.yaml')
    const rule = (outcome: string, more = '') =>
      `rules:\n  - { name: r, outcome: ${outcome}, clientIds: [web]${more} }\n`
    writeFileSync(rules, rule('CHALLENGE', ', lacksAmr: [mfa], methods: [AUTHENTICATOR_APP, EMAIL_OTP]'))
    const rehearsal = await startRehearsal(t, ['--port', '0', '--rules', rules])
    const world = await openWorld(t, { authsignal: rehearsal.authsignal })
    const { web, web2 } = world

    t.match(
      world.log.join(''),
      /"detail":"authsignal\.apiUrl is on this machine.*"msg":"a stand-in may answer for Authsignal"/,
    )

    const browser = openBrowser(t)
    const enrolment = await signIn(browser, web, 'carol')
    t.match(readWords(enrolment.body), /A rehearsal.*protects nothing/)
    const page = await browser.submit(enrolment, { code: await readCode(`${rehearsal.hostedUrl}/codes`) })
    await expectSignedIn(t, browser, page, web, 'user-carol')
    t.match(world.audit('step_up'), [{ reason: 'passed', method: 'AUTHENTICATOR_APP' }])
    const another = openBrowser(t)
    await expectSignedIn(t, another, await signIn(another, web2, 'carol'), web2, 'user-carol')

    writeFileSync(rules, rule('BLOCK'))
    const blocked = await signIn(openBrowser(t), web, 'bob')
    t.match(readWords(blocked.body), /access_denied/, 'a change of the file holds for the next sign-in')
    const overview = readWords(await (await fetch(`${rehearsal.hostedUrl}/`)).text())
    t.match(overview, /bob\b.*BLOCK.*client web.*carol\b.*client web2.*carol\b.*CHALLENGE_SUCCEEDED/)
    t.equal(await rehearsal.stop(), 0)
  },
)

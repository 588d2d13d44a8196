import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readRules, watchRulesFile } from '../../src/stand-in/rules/rules-file.ts'
import { readWords } from '../lab/html.ts'
import { refusalOf, startWithSdk, web } from './start-with-sdk.ts'

const action = 'signIn'

async function read(url: string) {
  const answer = await fetch(url)
  return { status: answer.status, words: readWords(await answer.text()), headers: answer.headers }
}

t.test('every page says that it protects nothing', async (t) => {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  const { url } = await lab.sdk.track({ userId: 'alice', action, attributes: web })
  for (const page of ['/', '/mails', '/codes', url.slice(lab.hostedUrl.length), '/challenge']) {
    const { words, headers } = await read(`${lab.hostedUrl}${page}`)
    t.match(words, /A rehearsal\..*protects nothing/, page)
    t.match(headers.get('content-security-policy'), /^default-src 'none'/)
    t.equal(headers.get('cache-control'), 'no-store')
  }
})

t.test('decisions, with what decided', async (t) => {
  const lab = await startWithSdk({ rules: [] })
  t.teardown(lab.close)
  t.match((await read(`${lab.hostedUrl}/`)).words, /has not asked yet.*If none does: ALLOW/s)
  lab.control.setRules([
    {
      ruleId: 'r',
      name: 'payroll <asks>',
      isActive: true,
      priority: 0,
      type: 'CHALLENGE',
      actionCode: action,
      verificationMethods: ['AUTHENTICATOR_APP'],
    },
  ])
  lab.control.enrol('id-1')
  const attributes = { ...web, username: 'alice', custom: { client_id: 'web', amr: '' } }
  await lab.sdk.track({ userId: 'id-1', action, attributes })
  await lab.control.complete({ userId: 'id-1' })
  await lab.sdk.track({ userId: 'id-2', action: 'another' })
  const { words } = await read(`${lab.hostedUrl}/`)
  t.match(words, /id-2.*ALLOW, the user has no authenticator.*rule\s*none/s)
  t.match(words, /alice.*CHALLENGE_SUCCEEDED.*client\s*web.*rule\s*payroll <asks>.*AUTHENTICATOR_APP/s)
  t.match(words, /payroll <asks>: CHALLENGE \(action signIn; AUTHENTICATOR_APP\)/)
  t.ok(words.indexOf('id-2') < words.indexOf('alice'), 'the newest first')
})

t.test('a rules file is read again at each track, and one with faults changes nothing', async (t) => {
  const file = join(t.testdir({}), 'rules.yaml')
  const write = (outcome: string) => writeFileSync(file, `rules: [{ name: all, outcome: ${outcome} }]\n`)
  write('BLOCK')
  const found = readRules(file)
  if (!('rules' in found)) throw new Error('the rules were to be valid')
  const lab = await startWithSdk({ rulesFile: watchRulesFile(file, found.rules) })
  t.teardown(lab.close)
  const track = async () => (await lab.sdk.track({ userId: 'alice', action })).state
  t.equal(await track(), 'BLOCK')
  write('REVIEW')
  t.equal(await track(), 'REVIEW_REQUIRED')
  write('PERHAPS')
  t.equal(await track(), 'REVIEW_REQUIRED')
  const { words } = await read(`${lab.hostedUrl}/`)
  t.match(words, /The file has faults.*rules\.yaml:1:31 rules\[0\]\.outcome: is not ALLOW/s)
  t.match(words, /From .*rules\.yaml.*all: REVIEW/s)
  write('ALLOW')
  t.notMatch((await read(`${lab.hostedUrl}/`)).words, 'The file has faults')
})

t.test('the code that an app shows, until it is used', async (t) => {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  t.match((await read(`${lab.hostedUrl}/codes`)).words, 'Nobody has an authenticator app yet.')
  const { url } = await lab.sdk.track({ userId: 'bob', action, attributes: web })
  await fetch(url)
  t.match((await read(`${lab.hostedUrl}/codes`)).words, /bob\s*\d{6}/, 'an app that is being set up')
  lab.control.enrol('alice')
  await lab.sdk.track({ userId: 'alice', action, attributes: web })
  const shown = /alice\s*(\d{6})/.exec((await read(`${lab.hostedUrl}/codes`)).words)?.[1]
  t.equal(shown, lab.control.codeFor('alice'))
  const challenge = (await lab.sdk.track({ userId: 'alice', action, attributes: web })).url
  await fetch(challenge, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ code: shown ?? '' }),
  })
  t.match((await read(`${lab.hostedUrl}/codes`)).words, /alice\s*Used\. The next code/)
})

t.test('a failure of Authsignal, from the switch on to the switch off', async (t) => {
  const lab = await startWithSdk()
  t.teardown(lab.close)
  const set = async (fault: string, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ fault })
    const answer = await fetch(`${lab.hostedUrl}/outage`, {
      method: 'POST',
      redirect: 'manual',
      body,
      headers,
    })
    return answer.status
  }
  const track = () => lab.sdk.track({ userId: 'alice', action })
  t.equal(await set('503'), 303)
  for (const _ of [1, 2, 3]) t.match(await refusalOf(track()), { statusCode: 503 })
  t.match(await refusalOf(lab.sdk.validateChallenge({ token: 'x' })), { statusCode: 503 })
  t.match(await (await fetch(`${lab.hostedUrl}/`)).text(), /<option value="503" selected>/)
  t.equal(await set('401'), 303)
  t.match(await refusalOf(track()), { statusCode: 401 })
  for (const site of ['cross-site', 'same-site'])
    t.equal(await set('none', { 'sec-fetch-site': site }), 400, `from a ${site} page`)
  t.equal(await set('nonsense'), 400)
  t.match(await refusalOf(track()), { statusCode: 401 }, 'still on')
  t.equal(await set('none', { 'sec-fetch-site': 'same-origin' }), 303)
  t.equal((await track()).state, 'ALLOW')
})

t.test('a name of another site that leads here gets nothing', async (t) => {
  const { apiUrl, close } = await startWithSdk()
  t.teardown(close)
  const { port } = new URL(apiUrl)
  const { request } = await import('node:http')
  const status = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/codes', headers: { host: 'evil.example' } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on('error', reject)
      .end()
  })
  t.equal(status, 403)
})

import t from 'tap'
import { challengePage } from '../../src/pages/challenge-page.ts'
import { htmlOf } from './show.ts'

const challengeUrl = 'https://mfa.example.com/?t=1&x=2'
const supportId = 'id-1'
const until = Date.UTC(2027, 0, 31)

t.test('the browser goes to the challenge by itself, and by a link', async (t) => {
  for (const acceptedMethods of [undefined, []]) {
    const page = challengePage({ challengeUrl, supportId, acceptedMethods })
    const html = await htmlOf(page)
    t.equal(page.statusCode, 200)
    const escaped = 'https://mfa.example.com/?t=1&amp;x=2'
    t.match(html, `<meta http-equiv="refresh" content="0;url=${escaped}">`)
    t.match(html, `<a href="${escaped}" rel="noreferrer">Continue to verification</a>`)
    t.match(html, '<code>id-1</code>')
  }
})

t.test('where only some methods count the page says which, and waits', async (t) => {
  const cases: [methods: string[], told: string][] = [
    [['PASSKEY'], 'The application accepts only this: a passkey.'],
    [['SMS', 'PASSKEY'], 'only this: a code by text message or a passkey.'],
    [['PALM_BIOMETRICS_RR'], 'only this: Palm biometrics rr.'],
    [['constructor'], 'only this: Constructor.'],
  ]
  for (const [acceptedMethods, told] of cases) {
    const html = await htmlOf(challengePage({ challengeUrl, supportId, acceptedMethods }))
    t.match(html, told)
    t.match(html, 'Continue to verification</a>')
    t.notMatch(html, 'http-equiv')
  }
})

t.test('an enrolment that may be skipped waits for the person to choose', async (t) => {
  const skip = { href: '/step-up/skip/1', until }
  const html = await htmlOf(challengePage({ challengeUrl, supportId, skip }))
  t.match(html, '<h1>Set up a second factor</h1>')
  t.match(html, 'You can skip this until January 31, 2027')
  t.match(html, /Set up now<\/a><\/li>\n<li><a href="\/step-up\/skip\/1" rel="noreferrer">Not now<\/a>/)
  t.notMatch(html, /http-equiv|accepts only/)
  const both = await htmlOf(challengePage({ challengeUrl, supportId, skip, acceptedMethods: ['PASSKEY'] }))
  t.match(both, 'only this: a passkey.')
})

t.test('a challenge URL can not break out of its attributes, nor be a script', async (t) => {
  const quoted = challengePage({ challengeUrl: 'https://mfa.example.com/"><b>', supportId })
  t.notMatch(await htmlOf(quoted), '<b>')
  const script = challengePage({ challengeUrl: 'javascript:alert(1)', supportId })
  t.notMatch(await htmlOf(script), 'javascript')
})

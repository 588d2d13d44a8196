import t from 'tap'
import { challengePage } from '../../src/pages/challenge-page.ts'

t.test('the browser goes to the challenge by itself, and by a link', async (t) => {
  const { statusCode, html } = challengePage({
    challengeUrl: 'https://mfa.example.com/?t=1&x=2',
    supportId: 'id-1',
  })
  t.equal(statusCode, 200)
  const escaped = 'https://mfa.example.com/?t&#61;1&#38;x&#61;2'
  t.match(html, `<meta http-equiv="refresh" content="0;url=${escaped}">`)
  t.match(html, `<a href="${escaped}" rel="noreferrer">Continue to verification</a>`)
  t.match(html, '<code>id-1</code>')
})

t.test('a challenge URL can not break out of its attributes, nor be a script', async (t) => {
  const quoted = challengePage({ challengeUrl: 'https://mfa.example.com/"><b>', supportId: 'id-1' })
  t.notMatch(quoted.html, '<b>')
  const script = challengePage({ challengeUrl: 'javascript:alert(1)', supportId: 'id-1' })
  t.notMatch(script.html, 'javascript')
})

import t from 'tap'
import { canary, onLenientStage } from '../../attacks/frame/lenient-stage.ts'
import { patientProbe } from '../../attacks/frame/real-stage.ts'
import { expectChallenge } from '../../e2e/challenge.ts'
import { expectPage } from '../../e2e/expect.ts'
import { openBrowser } from '../../e2e/stage.ts'

const { world, op } = await onLenientStage({ probe: { by: 'browser', ...patientProbe } })(t)
const { web, publicUrl } = world

t.test('a response whose request nobody saw waits for its user, and is challenged', async (t) => {
  const location = `${web.redirectUri}?code=${canary.code}&state=s`
  op.answer = (_request, response) => response.writeHead(303, { location }).end()
  const browser = openBrowser(t)
  await browser.jar.setCookie('_session=user-alice', publicUrl)
  expectChallenge(t, world, await browser.navigate(`${publicUrl}/resume`))
})

t.test('what can not be kept, and whose request nobody saw', async (t) => {
  const page = `<form method="post" action="${web.redirectUri}"><input type="text" name="code" value="${canary.code}"></form>`
  op.answer = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page)
  const browser = openBrowser(t)
  await browser.jar.setCookie('_session=user-alice', publicUrl)
  const end = await browser.navigate(`${publicUrl}/resume`)
  expectPage(t, end, 410, /start the sign-in again/i)
  t.notMatch(end.body, canary.code)
})

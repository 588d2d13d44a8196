import t from 'tap'
import { openBrowser, openWorld } from '../e2e/stage.ts'
import { startSignIn } from '../lab/people.ts'

t.test('a browser without a session is no line in the log; one whose session says nothing is', async (t) => {
  const world = await openWorld(t)
  const reasons = () =>
    world.log
      .map((line) => JSON.parse(line))
      .filter(({ level, msg }) => level >= 30 && msg === 'the probe does not know the user')
      .map(({ reason }) => reason)
  const browser = openBrowser(t)
  await startSignIn(browser, world.web)
  t.same(reasons(), [])
  await browser.jar.setCookie('_session=unknown; Path=/', world.publicUrl)
  await startSignIn(browser, world.web)
  t.same(reasons(), ['login_required'])
})

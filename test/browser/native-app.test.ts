import t from 'tap'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import { startWorld } from '../lab/world.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { cancelChallenge, logIn, typeCode } from './person.ts'

t.test('an application with a scheme of its own, in a real browser', { skip }, async (t) => {
  const redirectUri = 'com.example.app:/cb'
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForAll],
    clients: { app: { mode: 'enforce', redirectUris: [redirectUri] } },
    op: {
      clients: [
        {
          client_id: 'app',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          redirect_uris: [redirectUri],
        },
      ],
    },
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { publicUrl, authsignal } = world
  const request = `${publicUrl}/connect/authorize?${new URLSearchParams({
    ...{ client_id: 'app', redirect_uri: redirectUri, response_type: 'code', scope: 'openid', state: 's' },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
  })}`

  for (const [name, answer] of [
    ['passes', /^com\.example\.app:\/cb\?code=/],
    ['cancels', /^com\.example\.app:\/cb\?error=/],
  ] as const) {
    await t.test(
      `who ${name} the challenge sees a page of the gateway in the end, not its form`,
      async (t) => {
        const { page, complaints, leave } = await welcomeVisitor(browser)
        t.teardown(leave)
        const asked: string[] = []
        page.on('request', (sent) => asked.push(sent.url()))
        await page.goto(request)
        await logIn(page, 'alice')
        await page.getByRole('button', { name: 'Allow' }).click()
        if (name === 'passes') {
          await typeCode(page, authsignal.control.newCodeFor('user-alice'))
        } else {
          await cancelChallenge(page)
          await page.getByRole('link', { name: 'Back to the application' }).click()
        }
        await page.getByRole('heading', { name: 'Going back to the application' }).waitFor()
        const link = page.getByRole('link', { name: 'Open the application' })
        t.match(await link.getAttribute('href'), answer)
        await link.click()
        t.equal(new URL(page.url()).origin, publicUrl, 'the page stays')
        t.same(
          complaints.filter((text) => !text.includes('does not have a registered handler')),
          [],
        )
      },
    )
  }
})

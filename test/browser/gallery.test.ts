import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import { fastify } from 'fastify'
import type { Page } from 'playwright-core'
import t from 'tap'
import type { Config } from '../../src/config/schema/schema.ts'
import { chooseLanguage } from '../../src/pages/language.ts'
import { createPages } from '../../src/pages/pages.ts'
import { allPages } from '../pages/all-pages.ts'
import { ownFiles } from '../pages/own-files.ts'
import { pseudo } from '../pages/pseudo.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { isTooWide } from './person.ts'

/** With SCREENSHOTS=folder every page in every look is kept there. */
const folder = process.env['SCREENSHOTS']

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="24" fill="#7a0019"/></svg>'
const brand: Config['pages'] = {
  name: 'Ωμέγα',
  ...ownFiles({ logo: join(t.testdir({ 'logo.svg': logo }), 'logo.svg') }),
  accent: '#7a0019',
}

const sizes = { phone: { width: 320, height: 640 }, desk: { width: 1280, height: 800 } } as const
const schemes = ['light', 'dark'] as const

t.test("the gateway's pages", { skip }, async (t) => {
  const app = fastify()
  const languageOf: typeof chooseLanguage = (acceptLanguage, uiLocales) =>
    acceptLanguage === pseudo.tag ? pseudo : chooseLanguage(acceptLanguage, uiLocales)
  const looks = { plain: createPages({}, languageOf), brand: createPages(brand, languageOf) }
  app.get<{ Params: { look: keyof typeof looks; name: string }; Querystring: { still?: string } }>(
    '/:look/:name',
    (request, reply) => {
      const { look, name } = request.params
      const page = allPages.get(name)
      if (!page) throw new Error(`no page ${name}`)
      // The page that sends itself can't be looked at unless its script is kept from it.
      const policy =
        request.query.still === undefined ? page.policy : { ...page.policy, 'script-src': "'none'" }
      return looks[look].send(request as never, reply, { ...page, ...(policy && { policy }) })
    },
  )
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await launchChromium()
  t.teardown(() => Promise.all([browser.close(), app.close()]))
  if (folder !== undefined) await mkdir(folder, { recursive: true })

  const names = listDifferent().map((name) => ['plain', name] as const)
  const branded = ['challenge', 'challenge-skip', 'passkeys-three'].map((name) => ['brand', name] as const)
  for (const language of ['en', 'de', pseudo.tag]) {
    await t.test(`in ${language}: readable by all, on a phone and on a desk, light and dark`, async (t) => {
      const visitor = await welcomeVisitor(browser, { extraHTTPHeaders: { 'accept-language': language } })
      t.teardown(visitor.leave)
      const { page } = visitor
      // A page that goes on by itself stays where it is.
      await page.route(
        (url) => url.origin !== origin,
        (route) => route.fulfill({ status: 204 }),
      )
      for (const [look, name] of [...names, ...branded]) {
        await page.goto(`${origin}/${look}/${name}${name === 'form-post' ? '?still' : ''}`)
        for (const [size, viewport] of Object.entries(sizes)) {
          await page.setViewportSize(viewport)
          for (const colorScheme of schemes) {
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
            const what = `${look}-${name}-${language}-${size}-${colorScheme}`
            t.notOk(await isTooWide(page), `${what} needs no scrolling sideways`)
            t.same(await findSmallTargets(page), [], `${what}: targets are 44 pixels high`)
            if (language === 'en' || (size === 'phone' && colorScheme === 'dark'))
              t.same(await findFaults(page), [], `${what}: axe has nothing to complain about`)
            if (folder !== undefined)
              await page.screenshot({ path: join(folder, `${what}.png`), fullPage: true })
          }
        }
      }
      t.same(
        visitor.complaints.filter(
          (text) =>
            !/status of 50[0-4]|inline script violates|does not have a registered handler|user gesture is required/i.test(
              text,
            ),
        ),
        [],
        "the browser's console has no complaints",
      )
    })
  }

  t.test('the form goes to the application by itself', async (t) => {
    const visitor = await welcomeVisitor(browser)
    t.teardown(visitor.leave)
    const { page } = visitor
    await page.route('https://app.example.com/**', (route) =>
      route.fulfill({ body: route.request().postData() ?? '', contentType: 'text/plain' }),
    )
    await page.goto(`${origin}/plain/form-post`, { waitUntil: 'commit' })
    await page.waitForURL('https://app.example.com/cb')
    t.match(await page.locator('body').textContent(), 'error=access_denied&state=2')
  })

  t.test('focus can be seen', async (t) => {
    const visitor = await welcomeVisitor(browser)
    t.teardown(visitor.leave)
    const { page } = visitor
    await page.goto(`${origin}/plain/passkeys-three`)
    for (let button = 0; button < 4; button += 1) {
      await page.keyboard.press('Tab')
      const style = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
      t.equal(style, 'solid')
    }
  })
})

/** Some refusals are told in the same words. */
function listDifferent(): string[] {
  const byLook = new Map<string, string>()
  for (const [name, { statusCode: _status, headers: _headers, ...shown }] of allPages) {
    const look = JSON.stringify(shown)
    if (!byLook.has(look)) byLook.set(look, name)
  }
  return [...byLook.values()]
}

/** What axe finds, with the elements that it means. */
async function findFaults(page: Page): Promise<unknown[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source)
  const options = JSON.stringify({ runOnly: tags, resultTypes: ['violations'] })
  return page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) =>
      violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]))`,
  )
}

/** Buttons and links that a thumb could miss. */
function findSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate(
    `Array.from(document.querySelectorAll('a, button'))
      .filter((target) => target.getBoundingClientRect().height < 44)
      .map((target) => target.outerHTML)`,
  )
}

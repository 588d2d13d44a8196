import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import { passChallenge } from '../e2e/challenge.ts'
import { openBrowser, openWorld } from '../e2e/stage.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn } from '../lab/people.ts'

t.test('a logout at the OP goes on where the gateway can not follow it', async (t) => {
  const memory = createMemoryStore(Date.now)
  let isDown = false
  const get: typeof memory.get = async (key) => {
    if (isDown) throw new Error('the store is down')
    return memory.get(key)
  }
  const world = await openWorld(t, { rules: [stepUpForWeb], store: { ...memory, get } })
  const browser = openBrowser(t)
  await passChallenge(world, browser, await signIn(browser, world.web, 'alice'))
  const question = await browser.navigate(`${world.web.url}/logout?everywhere=1`)
  isDown = true
  const page = await browser.submit(question, {}, { button: 'yes' })
  t.equal(page.status, 200)
  t.equal(page.url, `${world.web.url}/`, 'is back at the application')
  const lines = world.log.map((line) => JSON.parse(line))
  t.match(
    lines.filter(({ msg }) => msg === 'a logout could not be followed'),
    [{ level: 40 }],
  )
})

t.test('which answers of the end session endpoint are followed up', async (t) => {
  const { world, op, cookie } = await onLenientStage()(t)
  const ours = `step-up=${'A'.repeat(43)}`
  const away = { location: '/goodbye' }
  const gone = { 'set-cookie': '_session=; Max-Age=0' }
  const table: [
    name: string,
    headers: Record<string, string>,
    asks: number,
    ends: number,
    cookies?: string,
  ][] = [
    ['a question', {}, 0, 0],
    ['a redirect, and she is still signed in', away, 1, 0],
    ['a redirect, and she is signed out', { ...away, ...gone }, 0, 1],
    ['a page, and she is signed out', gone, 0, 1],
    ['a browser that has shown nothing', { ...away, ...gone }, 0, 0, cookie],
  ]
  for (const [name, headers, asks, ends, cookies = `${cookie}; ${ours}`] of table) {
    op.answer = (_request, response) => response.writeHead(headers['location'] ? 303 : 200, headers).end()
    const [probes, signedOut] = [op.own.length, world.audit('signed_out').length]
    await send(world.publicUrl, { target: '/connect/logout', headers: [cookies, ...navigation] })
    const asked = op.own.slice(probes).filter((path) => path === '/connect/authorize')
    t.equal(asked.length, asks, `${name}: the OP is asked`)
    t.equal(world.audit('signed_out').length - signedOut, ends, `${name}: what was shown is forgotten`)
  }
})

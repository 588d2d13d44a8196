import t from 'tap'
import { browserIdOf } from '../../src/http/browser.ts'
import { createEpochs, epochOf } from '../../src/records/epochs.ts'
import { createRecords } from '../../src/records/records.ts'
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

t.test('which other answers are a sign-out', async (t) => {
  const gone = '_session=; Max-Age=0'
  const table: [name: string, by: 'server' | 'browser', setCookies: string[], ends: boolean, to?: string][] =
    [
      ['no cookie', 'server', [], false],
      ["another's cookie", 'server', ['theme=; Max-Age=0'], false],
      ['the session, renewed', 'server', ['_session=user-alice'], false],
      ['another session', 'server', ['_session=user-bob'], false],
      ['the session, removed', 'server', [gone], true],
      ['the session, emptied', 'server', ['_session='], true],
      ['the session, removed at the front page', 'server', [gone], true, '/'],
      ['the session, removed and set again', 'server', [gone, '_session=user-alice'], false],
      ['the session, removed', 'browser', [gone, '_session.2=; Max-Age=0'], true],
      ['some of it, removed', 'browser', [gone], false],
      ['the session, renewed', 'browser', ['_session=user-bob'], false],
      ['one part of it, and she is still signed in', 'server', ['_session.2=; Max-Age=0'], false],
    ]
  for (const by of ['server', 'browser'] as const) {
    const store = createMemoryStore(Date.now)
    const probe = { by, cookies: ['_session', '_session.2'] }
    const { world, op, cookie } = await onLenientStage({ store, probe })(t)
    const epochs = createEpochs(createRecords(store, { timeout: 600_000, session: 600_000 }).epochs)
    const id = 'A'.repeat(43)
    const owner = { kind: 'user', name: 'user-alice' } as const
    for (const [name, , setCookies, ends, target = '/Account/Logout'] of table.filter(
      (row) => row[1] === by,
    )) {
      op.answer = (_request, response) =>
        response.writeHead(302, { 'set-cookie': setCookies, location: '/' }).end()
      const names = [epochOf.browser(browserIdOf(id))]
      const before = await epochs.begin(names, owner)
      const ask = (cookies: string) =>
        send(world.publicUrl, { target, headers: [`${cookie}; _session.2=b; ${cookies}`, ...navigation] })
      await ask(`step-up=${id}`)
      t.equal((await epochs.current(names)) !== before, ends, `${by}: ${name}`)
      if (!ends) continue
      t.match(world.audit('signed_out').at(-1), { channel: 'front_channel', subject: 'user-alice' })
      const [lines, probes] = [world.audit('signed_out').length, op.own.length]
      await ask(`step-up=${id}`)
      t.equal(world.audit('signed_out').length, lines, 'where nothing was shown, there is nothing to forget')
      t.equal(op.own.length, probes, 'and the OP is not asked')
    }
  }
})

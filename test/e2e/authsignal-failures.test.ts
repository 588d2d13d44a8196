import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import type { Fault } from '../../src/stand-in/model/faults.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn } from '../lab/people.ts'
import { serve } from '../upstream/serve.ts'
import { passChallenge } from './challenge.ts'
import { readReadyz } from './readyz.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

t.test('what goes wrong at Authsignal is told where an operator looks', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb], authsignal: { timeout: '3s' } })
  const { control } = world.authsignal
  const table: [fault: Fault, line: Record<string, unknown>][] = [
    ['401', { level: 50, msg: 'Authsignal does not accept the key', status: 401, fix: /apiUrl.*region/ }],
    ['429', { level: 40, msg: 'Authsignal limits the rate', status: 429, error_code: 'too_many_requests' }],
    ['html', { level: 50, msg: 'there is no API of Authsignal at apiUrl', status: 200, fix: /\/v1/ }],
    [
      { status: 404, body: {} },
      { level: 50, msg: 'there is no API of Authsignal at apiUrl', status: 404 },
    ],
    ['redirect', { level: 50, msg: 'there is no API of Authsignal at apiUrl', status: 307 }],
    ['400', { level: 50, msg: 'Authsignal refused a request', error_code: 'invalid_request' }],
    ['500', { level: 40, msg: 'Authsignal failed', status: 500 }],
    ['array', { level: 50, msg: "Authsignal's answer can't be read", reason: /no JSON object/ }],
    ['timeout', { level: 40, msg: 'Authsignal did not answer in time', status: undefined }],
  ]
  for (const [fault, line] of table) {
    const seen = watch(world)
    control.fault('track', fault)
    await signIn(openBrowser(t), world.web, 'alice')
    const failures = seen
      .log()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text))
      .filter(({ failure }) => failure !== undefined)
    t.match(
      failures,
      [{ operation: 'track', after_ms: Number, support_id: String, ...line }],
      String(line['msg']),
    )
    const { status, body } = await readReadyz(world)
    t.equal(status, 200, 'who needs no step-up is served')
    t.equal(body.warnings?.length, 1)
    t.match(body.warnings?.[0], `${line['msg']} (track`)
    control.clearFaults()
    await signIn(openBrowser(t), world.web, 'alice')
    t.same(await readReadyz(world), { status: 200, body: { status: 'ok' } }, 'it answers again')
    t.match(seen.log(), 'Authsignal answers again')
  }
})

t.test('so is what goes wrong when a challenge is validated', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb] })
  const browser = openBrowser(t)
  const challenge = await signIn(browser, world.web, 'alice')
  world.authsignal.control.fault('validate', '401')
  await passChallenge(world, browser, challenge)
  t.match(
    world.log.map((line) => JSON.parse(line)).filter(({ failure }) => failure !== undefined),
    [{ msg: 'Authsignal does not accept the key', operation: 'validate', status: 401 }],
  )
  t.match(world.audit('step_up'), [
    { reason: 'unavailable', detail: 'Authsignal validate refused, status 401, unauthorized' },
  ])
})

/** What is said of a sign-in at a gateway whose Authsignal is at this address. */
async function failuresAt(t: Test, apiUrl: string) {
  const world = await openWorld(t, { authsignal: { apiUrl } })
  await signIn(openBrowser(t), world.web, 'alice')
  return world.log.map((line) => JSON.parse(line)).filter(({ failure }) => failure !== undefined)
}

t.test('nobody listens', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  t.match(await failuresAt(t, `http://127.0.0.1:${port}/v1`), [
    { level: 50, msg: 'Authsignal refused the connection', error_code: 'ECONNREFUSED', operation: 'track' },
  ])
})

t.test('no address for the name', async (t) => {
  t.match(await failuresAt(t, 'https://no-such-host.invalid/v1'), [
    { level: 50, msg: "Authsignal's name can't be resolved", error_code: /^(?:ENOTFOUND|EAI_AGAIN)$/ },
  ])
})

t.test('a certificate that nobody trusts', async (t) => {
  const read = (name: string) => readFile(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8')
  const port = await serve(t, (_request, response) => response.end(), {
    cert: await read('localhost.pem'),
    key: await read('localhost.key'),
  })
  t.match(await failuresAt(t, `https://localhost:${port}/v1`), [
    { level: 50, msg: 'the TLS connection to Authsignal failed', error_code: /CERT|UNABLE/ },
  ])
})

import { gzipSync } from 'node:zlib'
import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { navigation, send } from '../attacks/frame/wire.ts'
import { closeExchanges, exchange } from '../e2e/exchange.ts'

t.teardown(closeExchanges)

const { world, op, cookie } = await onLenientStage({ rules: [] })(t)
const answer = JSON.stringify({ request_uri: 'urn:pushed', expires_in: 60 })

for (const [name, coding, body, isRemembered] of [
  ['plain', undefined, Buffer.from(answer), true],
  ['compressed', 'gzip', gzipSync(answer), true],
  ['in a coding that nobody knows', 'unknown', gzipSync(answer), false],
] as const) {
  t.test(`the answer to a pushed request, ${name}`, async (t) => {
    world.clock.advance(61 * 60_000)
    op.answer = (_request, response) =>
      response.writeHead(201, coding === undefined ? {} : { 'content-encoding': coding }).end(body)
    const pushed = await exchange(`${world.publicUrl}/connect/par`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: authorizeQuery(world.web),
    })
    t.equal(pushed.status, 201)
    t.ok(pushed.body.equals(body), 'passes byte for byte')
    op.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('a login')
    const target = '/connect/authorize?client_id=web&request_uri=urn:pushed'
    const { status } = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
    t.equal(status, isRemembered ? 200 : 410, isRemembered ? 'is known afterwards' : 'is not known')
  })
}

t.test('parts that replace each other stream on where nothing has to be read', async (t) => {
  const type = 'multipart/x-mixed-replace; boundary=b'
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': type }).end('--b\r\n\r\nx\r\n--b--')
  const got = await send(world.publicUrl, { target: '/camera', headers: [cookie, ...navigation] })
  t.equal(got.status, 200)
  t.match(got.body, '--b')
})

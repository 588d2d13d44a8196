import t from 'tap'
import { sendRaw } from '../lab/raw.ts'
import { startBareUpstream } from './bare-upstream.ts'
import { openWorld } from './stage.ts'

/** Session cookies in chunks, as Duende and ADFS set them. */
const chunks = (bytes: number): string => `big=${'a'.repeat(bytes)}`

t.test('headers beyond the usual 16 KiB go both ways, up to maxHeaderSize', async (t) => {
  const upstream = await startBareUpstream(t, {
    '/echo': ({ headers }, response) => response.end(String(headers.cookie?.length)),
    '/long': (_, response) => response.setHeader('Set-Cookie', chunks(30_000)).end('long'),
    '/longer': (_, response) => response.setHeader('Set-Cookie', chunks(33_000)).end('longer'),
  })
  const world = await openWorld(t, { upstreamUrl: upstream.url })
  const { host, port } = new URL(world.publicUrl)
  const ask = (target: string, cookie = 'a=b') =>
    sendRaw(
      Number(port),
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    )

  t.match(await ask('/echo', chunks(30_000)), /\r\n\r\n(?:.*\r\n)?30004/)
  t.match(await ask('/long'), /^HTTP\/1\.1 200 (?:.|\r|\n)*big=a{30000}/)

  t.match(await ask('/echo', chunks(33_000)), /^HTTP\/1\.1 431 /)
  t.match(world.log.join(''), /"detail":"headers of more than 32768 bytes: see maxHeaderSize"/)

  t.match(await ask('/longer'), /^HTTP\/1\.1 502 /)
  t.match(world.log.join(''), /the headers of the answer are longer than maxHeaderSize/)
})

t.test('what is no HTTP is refused with a line in the log', async (t) => {
  const world = await openWorld(t)
  const answer = await sendRaw(Number(new URL(world.publicUrl).port), 'nonsense\r\n\r\n')
  t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
  t.match(world.log.join(''), /"code":"unreadable_request","leg":"request","status":400/)
})

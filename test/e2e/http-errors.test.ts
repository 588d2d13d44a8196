import t from 'tap'
import { sendRaw } from '../lab/raw.ts'
import { openWorld } from './stage.ts'

t.test('what the HTTP server itself refuses gets a page of ours too', async (t) => {
  const world = await openWorld(t)
  const { host, port } = new URL(world.publicUrl)
  const ask = (target: string, ...headers: string[]): Promise<string> =>
    sendRaw(
      Number(port),
      [`POST ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', ''].join('\r\n'),
    )
  world.op.requests.length = 0

  t.test('a target that no router can read', async (t) => {
    const answer = await ask('/%zz', 'Content-Length: 0')
    t.match(answer, /^HTTP\/1\.1 400 /)
    t.match(answer, /Support id/)
  })

  t.test('a part of our own path that is longer than any id', async (t) => {
    const target = `/step-up/challenge/${'a'.repeat(100)}`
    const answer = await sendRaw(
      Number(port),
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    )
    t.match(answer, /^HTTP\/1\.1 404 /)
    t.match(answer, /Support id/)
  })

  t.test('a body whose type is none', async (t) => {
    const answer = await ask('/somewhere', 'Content-Type: =', 'Transfer-Encoding: chunked', '', '0')
    t.match(answer, /^HTTP\/1\.1 415 /)
    t.match(answer, /Support id/)
  })
  t.equal(world.log.join('').includes('"level":50'), false, 'none of it is an error of ours')
})

import { AsyncLocalStorage } from 'node:async_hooks'
import t from 'tap'
import { sendCurrent } from '../../src/upstream/http-proxy-seam.ts'
import { openPool } from '../../src/upstream/pool.ts'
import { startBareUpstream } from '../e2e/bare-upstream.ts'
import { makeConfig } from './config.ts'

t.test('what goes out is what the handler sends, and nothing else', async (t) => {
  const { url } = await startBareUpstream(t, {
    '/judged': ({ headers }, response) => response.end(`${headers['x-judged']}`),
  })
  const pool = openPool(makeConfig({ upstream: { url } }).upstream, 32_768)
  t.teardown(() => pool.destroy())
  const current = new AsyncLocalStorage<{ path: string; headers: Record<string, string> }>()
  const request = sendCurrent(current, pool)
  const made = { method: 'GET', path: '/made-anew', headers: { 'x-judged': 'no' } }
  const chunks = await new Promise<Buffer[]>((resolve, reject) => {
    current.run({ path: '/judged', headers: { 'x-judged': 'yes' } }, () =>
      request(made, (error, answer) => (answer ? resolve(answer.body.toArray()) : reject(error))),
    )
  })
  t.equal(`${Buffer.concat(chunks)}`, 'yes')
  t.throws(() => request(made, () => undefined), { message: 'a request that no handler sends' })
})

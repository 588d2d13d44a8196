import { AsyncLocalStorage } from 'node:async_hooks'
import t from 'tap'
import { Pool } from 'undici'
import { sendCurrent } from '../../src/upstream/http-proxy-seam.ts'
import { startBareUpstream } from '../e2e/bare-upstream.ts'

t.test('what goes out is what the handler sends, and nothing else', async (t) => {
  const { url } = await startBareUpstream(t, {
    '/judged': ({ headers }, response) => response.end(`${headers['x-judged']}`),
  })
  const pool = new Pool(url)
  t.teardown(() => pool.close())
  const current = new AsyncLocalStorage<Parameters<typeof send>[0]>()
  const request = sendCurrent(current, pool)
  const send = async (sending: {
    path: string
    headers: Record<string, string>
    signal: null
    body: null
  }) => {
    const made = { method: 'GET', path: '/made-anew', headers: { 'x-judged': 'no' } } as const
    const answer = await current.run(sending, () => request(made))
    return answer.body.text()
  }
  t.equal(await send({ path: '/judged', headers: { 'x-judged': 'yes' }, signal: null, body: null }), 'yes')
  t.throws(() => request({ method: 'GET', path: '/' }), { message: 'a request that no handler sends' })
})

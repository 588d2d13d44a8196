import type { IncomingMessage, ServerResponse } from 'node:http'
import t from 'tap'
import { createKeyReadings } from '../../src/provider/key-readings.ts'
import { createKeys } from '../../src/provider/keys.ts'
import type { Provider } from '../../src/provider/provider.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { listenOnLoopback } from '../lab/listen.ts'
import { makeConfig } from '../upstream/config.ts'

const header = { alg: 'ES256', kid: 'a' }
const token = { payload: '', signature: '' }

t.test('it is seen how the readings of the keys end', async (t) => {
  let answer = (_request: IncomingMessage, response: ServerResponse): unknown => response.writeHead(500).end()
  const server = await listenOnLoopback((request, response) => void answer(request, response))
  const url = `http://127.0.0.1:${server.port}`
  const upstream = connectUpstream(makeConfig({ upstream: { url } }))
  t.teardown(() => upstream.close())
  const provider = (path: string) => ({ metadata: { jwks_uri: `${url}${path}` } }) as Provider
  for (const watch of [createKeyReadings(), undefined]) {
    const ask = async (path: string) => createKeys(provider(path), upstream, watch)(header, token)
    await t.rejects(ask('/500'))
    if (watch) t.match(watch.warnings, [/: its keys were answered with 500\.$/])
    const before = answer
    answer = (_request, response) => response.end('{"keys":[]}')
    await t.rejects(ask('/none'), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    if (watch) t.same(watch.warnings, [])
    answer = before
  }
  await server.close()
  for (const watch of [createKeyReadings(), undefined]) {
    const ask = async () => createKeys(provider('/gone'), upstream, watch)(header, token)
    await t.rejects(ask())
    if (watch) t.match(watch.warnings, [/upstream_unreachable/])
  }
})

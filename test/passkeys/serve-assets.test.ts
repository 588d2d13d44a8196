import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fastify } from 'fastify'
import t from 'tap'
import { parseTarget } from '../../src/http/target.ts'
import { type AssetName, readAssets, serveAssets } from '../../src/passkeys/serve-assets.ts'

const root = join(import.meta.dirname, '../..')
const sources: Record<AssetName, string> = {
  'authsignal.js': 'node_modules/@authsignal/browser/dist/index.min.js',
  'passkey-page.js': 'src/browser/passkey-page.js',
  'passkey-sign-in.js': 'src/browser/passkey-sign-in.js',
}

const assets = readAssets('https://login.example.com/step-up')
const app = fastify()
app.addHook('onRequest', async (request) => {
  Object.assign(request, { exchange: { target: parseTarget(request.url) } })
})
await app.register(async (own) => serveAssets(own, assets), { prefix: '/step-up' })
t.teardown(() => app.close())

const pathOf = (name: AssetName) => assets.urlOf(name).slice('https://login.example.com'.length)

for (const [name, source] of Object.entries(sources) as [AssetName, string][]) {
  t.test(`${name} is the file ${source}`, async (t) => {
    const bytes = readFileSync(join(root, source))
    t.match(assets.urlOf(name), `https://login.example.com/step-up/assets/${name}?v=`)
    const answer = await app.inject(pathOf(name))
    t.equal(answer.statusCode, 200)
    t.ok(answer.rawPayload.equals(bytes))
    t.match(answer.headers, {
      'content-type': 'text/javascript; charset=utf-8',
      'content-length': String(bytes.length),
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    })
    const hash = createHash('sha256').update(bytes).digest('base64url')
    const { etag } = answer.headers
    t.match(etag, /^"[\w-]{20,}"$/, 'a strong tag')
    t.ok(hash.startsWith(String(etag).slice(1, -1)), 'of its bytes')
  })
}

t.test('what has no hash, or another one, is asked for again each time', async (t) => {
  const path = '/step-up/assets/passkey-page.js'
  for (const query of ['', '?', '?v=', '?v=of-another-release', `?v=${'x'.repeat(22)}`, '?x=1']) {
    const answer = await app.inject(path + query)
    t.equal(answer.statusCode, 200, query)
    t.equal(answer.headers['cache-control'], 'no-cache', query)
  }
})

t.test('what a browser has is not sent again', async (t) => {
  const path = pathOf('passkey-page.js')
  const { headers } = await app.inject(path)
  const tag = String(headers.etag)
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const answer = await app.inject({ path, headers: { 'if-none-match': known } })
    t.equal(answer.statusCode, 304, known)
    t.equal(answer.body, '')
    t.equal(answer.headers.etag, tag)
    t.equal(answer.headers['cache-control'], headers['cache-control'])
  }
  for (const unknown of ['"other"', tag.slice(1, -1), '']) {
    t.equal((await app.inject({ path, headers: { 'if-none-match': unknown } })).statusCode, 200, unknown)
  }
  const reload = { 'if-none-match': tag, 'cache-control': 'no-cache' }
  t.equal((await app.inject({ path, headers: reload })).statusCode, 200, 'but for a reload past all caches')
})

t.test('there is nothing else', async (t) => {
  for (const name of ['index.js', 'passkey-sign-in.js.map', '__proto__', 'toString', 'Authsignal.js', '']) {
    t.equal((await app.inject(`/step-up/assets/${name}`)).statusCode, 404, name)
  }
  t.equal((await app.inject({ method: 'POST', path: pathOf('authsignal.js') })).statusCode, 404)
})

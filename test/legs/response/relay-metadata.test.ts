import type { RequestListener } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { startBareUpstream } from '../../e2e/bare-upstream.ts'
import { closeExchanges, exchange } from '../../e2e/exchange.ts'
import { openWorld } from '../../e2e/stage.ts'

t.teardown(closeExchanges)

const path = '/.well-known/openid-configuration'
let answer: RequestListener | undefined
const upstream = await startBareUpstream(t, {
  [path]: (request, response) => {
    if (answer) return answer(request, response)
    // What the gateway itself reads at its start.
    const issuer = `http://${request.headers.host}`
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }
    response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, ...endpoints }))
  },
})
const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
const metadata = (origin: string) =>
  JSON.stringify({ issuer: origin, token_endpoint: `${origin}/token`, n: [1] })
const internal = metadata(upstream.url)
const published = { issuer: upstream.url, token_endpoint: `${publicUrl}/token`, n: [1] }

for (const [name, body, coding, isPublished] of [
  ['plain', Buffer.from(internal), undefined, true],
  ['by gzip', gzipSync(internal), 'gzip', true],
  ['by brotli', brotliCompressSync(internal), 'br', true],
  ['at the public address already', Buffer.from(metadata(publicUrl)), undefined, false],
  ['in a coding that nobody knows', gzipSync(internal), 'unknown', false],
  ['no JSON', Buffer.from(`<p>${internal}`), undefined, false],
] as const) {
  t.test(`the OP's metadata, ${name}`, async (t) => {
    answer = (_request, response) =>
      response
        .writeHead(200, { etag: '"one"', ...(coding !== undefined && { 'content-encoding': coding }) })
        .end(body)
    const { status, headers, body: got } = await exchange(`${publicUrl}${path}`)
    t.equal(status, 200)
    if (isPublished) {
      t.same(JSON.parse(`${got}`), published)
      t.same([headers['content-encoding'], headers['etag']], [undefined, undefined])
    } else {
      t.ok(got.equals(body), 'byte for byte')
      t.same([headers['content-encoding'], headers['etag']], [coding, '"one"'])
    }
  })
}

import t from 'tap'
import { startBareUpstream } from '../e2e/bare-upstream.ts'
import { openWorld } from '../e2e/stage.ts'
import { sendRaw } from '../lab/raw.ts'

for (const [publicUrl, told] of Object.entries({
  'https://login.example.com': { host: 'login.example.com', proto: 'https', port: '443' },
  'https://login.example.com:8443': { host: 'login.example.com:8443', proto: 'https', port: '8443' },
  'http://login.localhost': { host: 'login.localhost', proto: 'http', port: '80' },
})) {
  t.test(`the OP is told where the gateway is: ${publicUrl}`, async (t) => {
    const upstream = await startBareUpstream(t, {
      '/.well-known/openid-configuration': (_, response) =>
        response.end(
          JSON.stringify({
            issuer: publicUrl,
            authorization_endpoint: `${publicUrl}/authorize`,
            token_endpoint: `${publicUrl}/token`,
            jwks_uri: `${publicUrl}/jwks`,
            id_token_signing_alg_values_supported: ['ES256'],
          }),
        ),
      '/headers': ({ headers }, response) => response.end(JSON.stringify(headers)),
    })
    const { config } = await openWorld(t, {
      upstreamUrl: upstream.url,
      provider: { issuer: publicUrl },
      config: { publicUrl },
    })
    const head = ['GET /headers HTTP/1.1', `Host: ${told.host}`, 'X-Forwarded-Port: 1', 'Connection: close']
    const answer = await sendRaw(config.listen.port, `${head.join('\r\n')}\r\n\r\n`)
    const { host, ...headers } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    t.equal(host, told.host)
    t.match(headers, {
      'x-forwarded-host': told.host,
      'x-forwarded-proto': told.proto,
      'x-forwarded-port': told.port,
    })
  })
}

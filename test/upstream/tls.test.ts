import { readFile } from 'node:fs/promises'
import type { TLSSocket } from 'node:tls'
import t from 'tap'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { makeConfig } from './config.ts'
import { serve } from './serve.ts'

const folder = new URL('../fixtures/tls/', import.meta.url)
const read = (name: string) => readFile(new URL(name, folder), 'utf8')
const ca = await read('ca.pem')

/** What comes of a request for the public host, to an upstream of this host with this certificate. */
async function ask(
  t: Parameters<typeof serve>[0],
  host: string,
  certificate: string,
  tls: { ca?: string; cert?: string; key?: string } = { ca },
) {
  const names: unknown[] = []
  const port = await serve(
    t,
    (request, response) => {
      const socket = request.socket as TLSSocket & { servername: unknown }
      names.push(socket.servername, request.headers.host)
      response.end(socket.authorized ? 'known client' : 'any client')
    },
    {
      cert: await read(`${certificate}.pem`),
      key: await read(`${certificate}.key`),
      ca,
      requestCert: true,
      rejectUnauthorized: false,
    },
  )
  const upstream = connectUpstream(makeConfig({ upstream: { url: `https://${host}:${port}`, tls } }))
  t.teardown(() => upstream.close())
  try {
    const response = await upstream.fetch('https://login.example.com/')
    return { answer: await response.text(), names }
  } catch (error) {
    return { error: error instanceof Error ? error.message : error, names }
  }
}

t.test('the certificate has to name the host of upstream.url, not the public one', async (t) => {
  t.same(await ask(t, 'localhost', 'localhost'), {
    answer: 'any client',
    names: ['localhost', 'login.example.com'],
  })
  t.match(await ask(t, 'localhost', 'public'), { error: /ERR_TLS_CERT_ALTNAME_INVALID/, names: [] })
  t.match(await ask(t, 'localhost', 'address'), { error: /ERR_TLS_CERT_ALTNAME_INVALID/, names: [] })
})

t.test('an address is verified as an address, and no server name is sent', async (t) => {
  t.same(await ask(t, '127.0.0.1', 'address'), {
    answer: 'any client',
    names: [false, 'login.example.com'],
  })
  t.match(await ask(t, '127.0.0.1', 'localhost'), { error: /ERR_TLS_CERT_ALTNAME_INVALID/, names: [] })
})

t.test('an unknown CA is refused, whatever the environment says', async (t) => {
  t.match(await ask(t, 'localhost', 'localhost', {}), { error: /SELF_SIGNED_CERT_IN_CHAIN/, names: [] })
  t.intercept(process, 'env', {
    value: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', HTTPS_PROXY: 'http://127.0.0.1:9' },
  })
  t.match(await ask(t, 'localhost', 'localhost', {}), { error: /SELF_SIGNED_CERT_IN_CHAIN/, names: [] })
  t.match(await ask(t, 'localhost', 'localhost'), { answer: 'any client' })
})

t.test('a client certificate is presented', async (t) => {
  const tls = { ca, cert: await read('client.pem'), key: await read('client.key') }
  t.match(await ask(t, 'localhost', 'localhost', tls), { answer: 'known client' })
})

import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { findExpiries } from '../../src/metrics/certificates.ts'
import { pems } from '../config/pems.ts'
import { makeConfig } from '../upstream/config.ts'

const secondsOf = (pem: string): number => Date.parse(new X509Certificate(pem).validTo) / 1000

t.test('when the certificates of a configuration expire', async (t) => {
  const config = makeConfig({ upstream: { tls: { ca: pems.ca + pems.localhost.cert } } })
  t.same(
    [...findExpiries({ ...config, listen: { ...config.listen, tls: pems.localhost } })],
    [
      ['listen.tls.cert', secondsOf(pems.localhost.cert)],
      ['upstream.tls.ca', Math.min(secondsOf(pems.ca), secondsOf(pems.localhost.cert))],
    ],
  )
  const store = { tls: { ca: pems.ca } } as never
  t.same([...findExpiries({ ...makeConfig({}), store })], [['store.tls.ca', secondsOf(pems.ca)]])
  t.same([...findExpiries(makeConfig({}))], [])
})

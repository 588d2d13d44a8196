import t from 'tap'
import { examineOffers } from '../../src/doctor/examine-offers.ts'
import { explainUnusable } from '../../src/doctor/examine-provider.ts'
import { publicAddressCode } from '../../src/http/private-lookup.ts'
import { IssuerMismatch } from '../../src/provider/metadata.ts'
import { Refusal } from '../../src/refusal.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { silentCode } from '../../src/upstream/exchange.ts'
import { toUpstreamRefusal } from '../../src/upstream/failure.ts'
import { makeConfig } from '../upstream/config.ts'

const config = makeConfig({})
const failed = (code: string): Refusal => toUpstreamRefusal(Object.assign(new Error('x'), { code }))

const cases: [name: string, error: unknown, id: string, fix: RegExp][] = [
  ['silence', failed(silentCode), 'provider_timeout', /^start it/],
  ['no HTTP', failed('HPE_INVALID_CONSTANT'), 'provider_unreadable', /upstream\.url$/],
  ['nobody', failed('ENOTFOUND'), 'provider_unreachable', /upstream\.url$/],
  ['an old certificate', failed('CERT_HAS_EXPIRED'), 'provider_tls', /^set upstream\.tls\.ca/],
  ['a public address', failed(publicAddressCode), 'provider_plain_http', /^use https/],
  ['no metadata', new Refusal('provider_unavailable', 'x'), 'provider_metadata', /provider\.endpoints/],
  ['paths that contradict each other', new Error('x'), 'provider_metadata', /^correct the paths/],
  [
    'http where https belongs',
    new IssuerMismatch('http://login.example.com', 'https://login.example.com'),
    'issuer_mismatch',
    /^have the OP believe X-Forwarded-Host and X-Forwarded-Proto/,
  ],
  [
    'another issuer',
    new IssuerMismatch('https://op.example', 'https://login.example.com'),
    'issuer_mismatch',
    /^set provider\.issuer: https:\/\/op\.example; /,
  ],
]
for (const [name, error, id, fix] of cases)
  t.match(explainUnusable(config, { kind: 'unusable', reason: 'x', error }), { id, fix }, name)

t.test('what an OP offered that has gone', async (t) => {
  const upstream = connectUpstream(config)
  t.teardown(() => upstream.close())
  t.match(await examineOffers({ config, upstream }, new AbortController().signal), [{ kind: 'unknown' }])
})

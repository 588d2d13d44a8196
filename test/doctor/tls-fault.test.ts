import t from 'tap'
import { findCode } from '../../src/doctor/find-code.ts'
import { describeCertificateFault, describeTlsFault } from '../../src/doctor/tls-fault.ts'

const faults: [code: string, about: string | undefined][] = [
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate names another host'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is of a CA that is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate is of a CA that is not trusted here'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS fails'],
  ['EPROTO', 'TLS fails'],
  ['ECONNREFUSED', undefined],
]
for (const [code, about] of faults)
  t.equal(describeTlsFault(code), about === undefined ? undefined : `${about} (${code})`, code)

t.equal(describeCertificateFault('PATH_LENGTH_EXCEEDED'), 'TLS fails (PATH_LENGTH_EXCEEDED)')

const coded = (code: string): Error => Object.assign(new Error('x'), { code })
t.equal(findCode('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED')
t.equal(findCode(coded('ECONNREFUSED')), 'ECONNREFUSED')
t.equal(findCode(new AggregateError([coded('ECONNREFUSED'), coded('x')])), 'ECONNREFUSED')
t.equal(findCode(new TypeError('x')), 'TypeError')
t.equal(findCode(undefined), 'unknown')

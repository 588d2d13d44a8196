import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import {
  certificates,
  findPairFault,
  findSigningFault,
  privateKey,
  readCertificates,
} from '../../../src/config/schema/pem.ts'
import { pems } from '../pems.ts'

const { ca, localhost, public: other, weak } = pems
const junk = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`
const encrypted = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'x',
})

const readings: [kind: 'certificates' | 'key', name: string, pem: string, fault?: string][] = [
  ['certificates', 'one', localhost.cert],
  ['certificates', 'a chain', localhost.cert + ca],
  ['certificates', 'with the key in one file', localhost.key + localhost.cert],
  ['certificates', 'a file name', 'ca.pem', 'is not PEM text'],
  ['certificates', 'no content', junk('CERTIFICATE'), "holds a certificate that can't be read"],
  [
    'certificates',
    'a second that is broken',
    ca + junk('CERTIFICATE'),
    "holds a certificate that can't be read",
  ],
  ['certificates', 'a key', localhost.key, 'is a private key, not a certificate'],
  ['key', 'one', localhost.key],
  ['key', 'with its certificate in one file', localhost.cert + localhost.key],
  ['key', 'something else', junk('PUBLIC KEY'), 'is not PEM text'],
  ['key', 'no content', junk('PRIVATE KEY'), "is a key that can't be read"],
  ['key', 'a certificate', localhost.cert, 'is a certificate, not a private key'],
  ['key', 'a passphrase', String(encrypted), 'is an encrypted key, which needs a passphrase; decrypt it'],
]
for (const [kind, name, pem, fault] of readings) {
  const schema = kind === 'key' ? privateKey() : certificates()
  t.equal(schema.safeParse(pem).error?.issues[0]?.message, fault, `${kind}: ${name}`)
}

t.match(
  readCertificates(localhost.key + localhost.cert + ca).map(({ subject }) => subject),
  ['CN=localhost', 'CN=test CA of the step-up gateway'],
)

const pairs: [name: string, cert: unknown, key: unknown, fault?: string][] = [
  ['its own', localhost.cert + ca, localhost.key],
  ['of another', localhost.cert, other.key, 'does not belong to the certificate'],
  ['the chain the wrong way round', ca + localhost.cert, localhost.key, 'does not belong to the certificate'],
  ['a certificate that is reported already', 'x', localhost.key],
  ['a key that is reported already', localhost.cert, 'x'],
  ['a key that is too short', weak.cert, weak.key, "can't be used by OpenSSL"],
  ['no certificate', undefined, localhost.key],
  ['no key', localhost.cert, 1],
]
for (const [name, cert, key, fault] of pairs) t.equal(findPairFault(cert, key), fault, name)

const exported = (key: ReturnType<typeof generateKeyPairSync>['privateKey'], type: 'pkcs8' | 'sec1') =>
  String(key.export({ type, format: 'pem' } as never))
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const signing: [name: string, key: unknown, algorithm: unknown, fault?: string][] = [
  ['P-256', exported(ec, 'pkcs8'), 'ES256'],
  ['in another form', exported(ec, 'sec1'), 'ES256', 'is not in PKCS #8'],
  [
    'P-384',
    exported(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'pkcs8'),
    'ES256',
    "can't sign ES256",
  ],
  ['RSA', exported(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, 'pkcs8'), 'RS256'],
  ['EC for RSA', exported(ec, 'pkcs8'), 'RS256', "can't sign RS256"],
  ['Ed25519', exported(generateKeyPairSync('ed25519').privateKey, 'pkcs8'), 'EdDSA'],
  ['EC for EdDSA', exported(ec, 'pkcs8'), 'EdDSA', "can't sign EdDSA"],
  ['a secret is used', exported(ec, 'pkcs8'), 'HS256'],
  ['reported already', 'x', 'ES256'],
  ['no key', undefined, 'ES256'],
  ['no algorithm', exported(ec, 'pkcs8'), 1],
]
for (const [name, key, algorithm, fault] of signing) t.equal(findSigningFault(key, algorithm), fault, name)

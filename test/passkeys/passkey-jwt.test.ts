import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { jwtVerify } from 'jose'
import t from 'tap'
import { createPasskeyJwt } from '../../src/passkeys/passkey-jwt.ts'
import { makeConfig } from '../upstream/config.ts'

const config = makeConfig({ provider: { issuer: 'https://op.example/idp' } })
const parts = { path: '/sso', parameter: 'token' }
const secret = 'a shared secret of 32 characters'
const now = 1_790_000_000_900
const toPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ed = generateKeyPairSync('ed25519').privateKey

for (const [algorithm, key] of [
  ['ES256', ec],
  ['RS256', rsa],
  ['EdDSA', ed],
  ['HS256', undefined],
] as const) {
  t.test(algorithm, async (t) => {
    const signed = key === undefined ? { secret } : { key: toPem(key) }
    const { sign } = await createPasskeyJwt({ ...parts, algorithm, ...signed }, config)
    const jwt = await sign({ user: 'user-alice', now })
    const verifyKey = key === undefined ? new TextEncoder().encode(secret) : createPublicKey(key)
    const options = { currentDate: new Date(now), algorithms: [algorithm] }
    const { payload, protectedHeader } = await jwtVerify(jwt, verifyKey, options)
    t.strictSame(protectedHeader, { alg: algorithm, typ: 'passkey-sign-in+jwt' })
    const { jti, ...claims } = payload
    t.match(jti, /^[\w-]{22}$/)
    t.strictSame(claims, {
      iss: 'https://login.example.com',
      aud: 'https://op.example/idp',
      sub: 'user-alice',
      iat: 1_790_000_000,
      nbf: 1_790_000_000,
      exp: 1_790_000_060,
    })
    const { payload: next } = await jwtVerify(await sign({ user: 'user-alice', now }), verifyKey, options)
    t.not(next.jti, jti, 'each has an id of its own')
    await t.rejects(sign({ user: '', now }), { code: 'passkey_refused', statusCode: 403 })
  })
}

const rejected: [title: string, settings: Parameters<typeof createPasskeyJwt>[0], name: string][] = [
  ['no key', { ...parts, algorithm: 'ES256' }, 'key'],
  ['a secret in place of a key', { ...parts, algorithm: 'ES256', secret }, 'key'],
  ['no PEM', { ...parts, algorithm: 'ES256', key: 'not-a-key' }, 'key'],
  ['the key of another algorithm', { ...parts, algorithm: 'ES256', key: toPem(rsa) }, 'key'],
  [
    'the key of another curve',
    {
      ...parts,
      algorithm: 'ES256',
      key: toPem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
    },
    'key',
  ],
  [
    'a key that is too short to sign',
    {
      ...parts,
      algorithm: 'RS256',
      key: toPem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey),
    },
    'key',
  ],
  [
    'a key in another format',
    { ...parts, algorithm: 'ES256', key: ec.export({ type: 'sec1', format: 'pem' }).toString() },
    'key',
  ],
  [
    'a public key',
    {
      ...parts,
      algorithm: 'ES256',
      key: createPublicKey(ec).export({ type: 'spki', format: 'pem' }).toString(),
    },
    'key',
  ],
  ['no secret', { ...parts, algorithm: 'HS256', key: toPem(ec) }, 'secret'],
  ['a short secret', { ...parts, algorithm: 'HS256', secret: secret.slice(1) }, 'secret'],
]
for (const [title, settings, name] of rejected) {
  t.test(`does not start with ${title}`, async (t) => {
    const error = await createPasskeyJwt(settings, config).catch((reason: unknown) => reason)
    if (!(error instanceof Error)) return t.fail('it started')
    t.ok(error.message.startsWith(`passkeys.signIn.jwt.${name}: `), error.message)
    t.equal(error.cause, undefined)
    for (const value of [settings.key, settings.secret]) {
      if (value !== undefined) t.notOk(error.message.includes(value.slice(0, 60)), 'names no part of it')
    }
    return undefined
  })
}

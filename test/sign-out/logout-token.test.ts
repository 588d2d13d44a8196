import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose'
import t from 'tap'
import type { Provider } from '../../src/provider/provider.ts'
import { verifyLogoutToken } from '../../src/sign-out/logout-token.ts'
import { makeConfig } from '../upstream/config.ts'

const now = 1_800_000_000
const event = 'http://schemas.openid.net/event/backchannel-logout'
const { privateKey, publicKey } = await generateKeyPair('RS256')
const stranger = await generateKeyPair('RS256')
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] })
const provider = { metadata: { issuer: 'https://login.example.com' } } as Provider
const services = { config: makeConfig({}), provider, keys, now: () => now * 1000 }
const verify = (token: string) => verifyLogoutToken(services, token)

const good = {
  iss: 'https://login.example.com',
  aud: 'step-up-gateway',
  iat: now,
  exp: now + 120,
  jti: 'one',
  sub: 'alice',
  sid: 'session',
  events: { [event]: {} },
}

function sign(changes: Record<string, unknown>, key = privateKey): Promise<string> {
  const claims = Object.entries({ ...good, ...changes }).filter(([, value]) => value !== undefined)
  const header = { alg: 'RS256', kid: 'one', typ: 'logout+jwt' }
  return new SignJWT(Object.fromEntries(claims)).setProtectedHeader(header).sign(key)
}

const accepted: [name: string, changes: Record<string, unknown>, ended: Record<string, string>][] = [
  ['one session', {}, { sid: 'session' }],
  ['one session, without its user', { sub: undefined }, { sid: 'session' }],
  ['all sessions of a user', { sid: undefined }, { sub: 'alice' }],
  ['several audiences', { aud: ['other', 'step-up-gateway'] }, { sid: 'session' }],
  ['no time at which it ends', { exp: undefined }, { sid: 'session' }],
  ['further events', { events: { [event]: {}, other: {} } }, { sid: 'session' }],
]
for (const [name, changes, ended] of accepted) {
  t.test(`is valid: ${name}`, async (t) => t.same(await verify(await sign(changes)), ended))
}

const refused: [name: string, changes: Record<string, unknown>, says: RegExp][] = [
  ['an ID token', { events: undefined, nonce: 'n' }, /"events"/],
  ['a nonce', { nonce: 'n' }, /nonce/],
  ['another event', { events: { other: {} } }, /not about a logout/],
  ['an event that is no object', { events: { [event]: true } }, /not about a logout/],
  ['events in a list', { events: [event] }, /not about a logout/],
  ['another audience', { aud: 'web' }, /"aud"/],
  ['another issuer', { iss: 'https://evil.example' }, /"iss"/],
  ['nobody', { sub: undefined, sid: undefined }, /neither a session nor a user/],
  ['a number for a session', { sub: undefined, sid: 5 }, /neither a session nor a user/],
  ['an empty user', { sub: '', sid: undefined }, /neither a session nor a user/],
  ['one that has ended', { exp: now - 31 }, /"exp"/],
  ['an old one', { iat: now - 631, exp: undefined }, /too far in the past/],
  ['one from the future', { iat: now + 31, exp: now + 200 }, /"iat"/],
  ['no time', { iat: undefined }, /"iat"/],
]
for (const [name, changes, says] of refused) {
  t.test(`is not valid: ${name}`, async (t) => t.rejects(verify(await sign(changes)), says))
}

t.test('is not valid: of a stranger, unsigned, signed with a secret, or no token at all', async (t) => {
  await t.rejects(verify(await sign({}, stranger.privateKey)), /signature/)
  const [, claims = ''] = (await sign({})).split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  await t.rejects(verify(`${none}.${claims}.`))
  const secret = new TextEncoder().encode('a secret that is long enough for HS256')
  await t.rejects(verify(await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(secret)))
  for (const token of ['', 'a.b', 'a.b.c']) await t.rejects(verify(token))
})

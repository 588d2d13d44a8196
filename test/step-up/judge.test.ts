import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { type ScriptedOp, sendJson } from '../attacks/frame/scripted-op.ts'
import { navigation, send } from '../attacks/frame/wire.ts'

const known = {
  sub: 'user-alice',
  preferred_username: 'alice',
  email: 'alice@example.com',
  phone_number: '+15550100',
}

/** The OP tells the gateway these claims of whoever is signed in. */
function identify(op: ScriptedOp, claims: Record<string, unknown>): void {
  let nonce: string | null = null
  op.onProbe = ({ url }, response) => {
    const query = new URLSearchParams(url.split(/\?(.*)/s)[1])
    const redirectUri = query.get('redirect_uri')
    if (redirectUri !== null) {
      nonce = query.get('nonce')
      const iss = new URL(redirectUri).origin
      const answer = new URLSearchParams({ code: 'of the probe', state: query.get('state') ?? '', iss })
      response.writeHead(303, { location: `${redirectUri}?${answer}` }).end()
    } else {
      void op
        .signIdToken({ ...claims, aud: 'step-up-gateway', nonce })
        .then((idToken) => sendJson(response, { access_token: 'a', token_type: 'Bearer', id_token: idToken }))
    }
    return true
  }
}

const deviceId = '3f0f6d9c-2a7e-4c11-9d0a-0d1c2b3a4f5e'
const all = ['username', 'email', 'phone']

t.test('Authsignal gets of the user what the policy says, as far as the OP tells it', async (t) => {
  const { world, op, cookie } = await onLenientStage({
    clients: {
      web: { send: all },
      web2: { send: ['email'] },
      consenting: { send: [] },
    },
  })(t)
  const { web, web2, consenting, authsignal, clock } = world
  const { email, phone_number: phoneNumber, preferred_username: username } = known
  const table = [
    { name: 'all', rp: web, claims: known, sent: { username, email, phoneNumber } },
    { name: 'one', rp: web2, claims: known, sent: { email } },
    { name: 'none', rp: consenting, claims: known, sent: {} },
    { name: 'all, of which the OP tells nothing', rp: web, claims: { sub: 'user-alice' }, sent: {} },
    {
      name: 'all, of which the OP has verified none',
      rp: web,
      claims: { ...known, email_verified: false, phone_number_verified: false },
      sent: { username },
    },
  ]
  for (const { name, rp, claims, sent } of table) {
    t.test(name, async (t) => {
      clock.advance(11 * 60_000)
      identify(op, claims)
      const target = `/connect/authorize?${authorizeQuery(rp)}`
      await send(world.publicUrl, { target, headers: [`${cookie}; __as_aid=${deviceId}`, ...navigation] })
      const { userId, attributes } = authsignal.control.tracks.at(-1) ?? {}
      t.equal(userId, 'user-alice')
      const { username, email, phoneNumber, deviceId: device } = attributes ?? {}
      t.same(
        { username, email, phoneNumber },
        { username: undefined, email: undefined, phoneNumber: undefined, ...sent },
      )
      t.equal(device, deviceId)
    })
  }
})

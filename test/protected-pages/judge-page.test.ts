import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { answerProbesWith } from '../attacks/frame/scripted-op.ts'
import { navigation, send } from '../attacks/frame/wire.ts'

t.test('a page waits for a step-up only where the OP names the session', async (t) => {
  const protectedPaths = [{ path: '/account' }, { path: '/watched', mode: 'monitor' }]
  const passkeys = { tenantId: 'lab' }
  const { world, op, cookie } = await onLenientStage({ config: { protectedPaths, passkeys } })(t)
  const { publicUrl } = world
  world.authsignal.control.setAction('passkeys', 'CHALLENGE')
  const open = (target: string) => send(publicUrl, { target, headers: [cookie, ...navigation] })
  const user = { sub: 'user-alice', sid: undefined, auth_time: undefined }

  answerProbesWith(op, publicUrl, user)
  op.answer = (_request, response) => response.writeHead(200).end('done by the OP')
  for (const target of ['/account', '/step-up/passkeys']) {
    const { status, body } = await open(target)
    t.equal(status, 403, target)
    t.notMatch(body, 'done by the OP')
  }
  t.same(op.requests, [], 'nothing reached the OP')
  t.match(await open('/watched'), { status: 200, body: 'done by the OP' })
  t.same(world.authsignal.control.tracks, [], 'nobody is challenged whose step-up could not be found again')
  const reasons = world.audit('unknown_user').map(({ reason }) => reason)
  t.same(reasons, ['session_unknown', 'session_unknown'])

  for (const session of [{ sid: 'one' }, { auth_time: 1_790_000_000 }]) {
    answerProbesWith(op, publicUrl, { ...user, ...session })
    for (const target of ['/account', '/step-up/passkeys']) {
      const { status, headers } = await open(target)
      t.match([status, headers['location']], [303, '/step-up/challenge/'], target)
    }
  }
})

import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { answerProbesWith } from '../attacks/frame/scripted-op.ts'
import { navigation, send } from '../attacks/frame/wire.ts'

const config = { protectedPaths: [{ path: '/account' }] }

t.test('a page costs a session one probe, though the OP is asked twice', async (t) => {
  const { world, op, cookie } = await onLenientStage({ config, probe: { perSession: 3, perAddress: 100 } })(t)
  world.authsignal.control.setRules([])
  op.answer = (_request, response) => response.writeHead(200).end('done')
  const open = () => send(world.publicUrl, { target: '/account', headers: [cookie, ...navigation] })
  for (let page = 0; page < 3; page++) t.match(await open(), { status: 200, body: 'done' })
  t.equal(op.own.filter((path) => path === '/connect/authorize').length, 6)
  t.equal((await open()).status, 403, 'the fourth is one too many')
})

t.test('an answer for somebody else is an event', async (t) => {
  const { world, op, cookie } = await onLenientStage({ config })(t)
  world.authsignal.control.setRules([])
  op.answer = (_request, response) => {
    answerProbesWith(op, world.publicUrl, { sub: 'user-bob', sid: 'sid of user-alice' })
    response.writeHead(200, { 'set-cookie': 'theme=dark' }).end('done')
  }
  const answer = await send(world.publicUrl, { target: '/account', headers: [cookie, ...navigation] })
  t.match(answer, {
    status: 403,
    headers: { 'set-cookie': 'theme=dark' },
    body: /can&#39;t tell|can't tell|can’t tell/,
  })
  t.notMatch(answer.body, 'done')
  t.match(world.audit('security'), [
    { event: 'page_of_another', page: '/account', subject: 'user-alice', signed_in: 'user-bob' },
  ])
})

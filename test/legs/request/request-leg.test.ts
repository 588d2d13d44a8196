import t from 'tap'
import { canary, onLenientStage } from '../../attacks/frame/lenient-stage.ts'
import { sendJson } from '../../attacks/frame/scripted-op.ts'
import { form, navigation, send } from '../../attacks/frame/wire.ts'
import { watch } from '../../e2e/stage.ts'

const redirectUris = ['https://app.example.com/a', 'https://app.example.com/b']
const { world, op, cookie } = await onLenientStage({ clients: { app: { mode: 'enforce', redirectUris } } })(t)

t.test('a request that does not say where its answer goes is decided once, with the answer', async (t) => {
  world.authsignal.control.setRules([])
  const seen = watch(world)
  op.answer = ({ method }, response) =>
    method === 'POST'
      ? sendJson(response, { request_uri: 'urn:pushed', expires_in: 60 }, 201)
      : response.writeHead(303, { location: `${redirectUris[1]}?code=${canary.code}` }).end()
  const asked = 'client_id=app&response_type=code&scope=openid'
  const pushed = await send(world.publicUrl, {
    method: 'POST',
    target: '/connect/par',
    headers: [form],
    body: asked,
  })
  t.equal(pushed.status, 201)
  const target = '/connect/authorize?client_id=app&request_uri=urn:pushed'
  const answer = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
  t.match(answer.headers['location'], /error=interaction_required/, 'what can not be matched is not released')
  t.equal(seen.tracks(), 1, 'Authsignal is asked once')
})

import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { form, navigation, send } from '../attacks/frame/wire.ts'

t.test('what nobody foresaw is an answer without its inside, and an error in the log', async (t) => {
  const memory = createMemoryStore(Date.now)
  // Records that can't be read, as after a downgrade.
  const store = { ...memory, get: async () => '{"half of a rec' }
  const { world, op } = await onLenientStage({ store })(t)

  await t.test('a page for people', async (t) => {
    const target = '/step-up/retry/an-id'
    const { status, headers, body } = await send(world.publicUrl, { target, headers: navigation })
    t.equal(status, 500)
    t.match(headers['content-type'], /^text\/html/)
    t.match(body, /Support id/)
    t.notMatch(body, /JSON|SyntaxError|half of/)
  })

  await t.test('JSON for clients', async (t) => {
    const { status, headers, body } = await send(world.publicUrl, {
      method: 'POST',
      target: '/connect/token',
      headers: [form],
      body: 'client_id=web&client_secret=s&grant_type=authorization_code&code=c',
    })
    t.equal(status, 500)
    t.match(headers, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    t.match(JSON.parse(body), { error: 'server_error', error_description: /./ })
    t.notMatch(body, /JSON at|SyntaxError|half of/)
  })

  t.same(op.requests, [], 'nothing reaches the OP')
  const errors = world.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 50)
  t.match(errors, [
    { code: 'internal' },
    { audit: 'refused', reason: 'internal', client_id: 'web', leg: 'token' },
  ])
  t.equal(errors.length, 2)
  t.notMatch(world.log.join(''), /half of/, 'no line quotes a record')
})

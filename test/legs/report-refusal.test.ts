import t from 'tap'
import { reportRefusal } from '../../src/legs/report-refusal.ts'
import { watchOp } from '../attacks/frame/expect.ts'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { form, navigation, send } from '../attacks/frame/wire.ts'
import { watch } from '../e2e/stage.ts'
import { makeServices } from '../services.ts'

t.test('monitor writes down what enforce would refuse, and lets it pass', async (t) => {
  const { world, op } = await onLenientStage({ clients: { web: { mode: 'monitor' } } })(t)
  const good = {
    client_id: 'web',
    redirect_uri: world.web.redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 's',
  }
  const ask = (more: Record<string, string>) => ({
    target: `/connect/authorize?${new URLSearchParams({ ...good, ...more })}`,
    headers: navigation,
  })
  const post = (path: string, body: string) =>
    ({ method: 'POST', target: path, headers: [form], body: `client_id=web&${body}` }) as const
  const elsewhere = 'https://app.example.com/elsewhere'
  const table: [name: string, request: Parameters<typeof send>[1], line: object | undefined][] = [
    ['an honest request', ask({}), undefined],
    ['no openid', ask({ scope: 'email' }), { code: 'unsupported_request', value: 'email' }],
    [
      'a hybrid request',
      ask({ response_type: 'code id_token' }),
      { code: 'unsupported_response', value: 'code id_token' },
    ],
    ['no state', ask({ state: '' }), undefined],
    [
      'an unlisted redirect URI',
      ask({ redirect_uri: `${elsewhere}?secret=1` }),
      { code: 'unlisted_redirect_uri', value: elsewhere },
    ],
    ['a request that was not pushed here', ask({ request_uri: 'urn:unknown' }), { code: 'restart' }],
    ['a code', post('/connect/token', 'grant_type=authorization_code&code=x'), undefined],
    [
      'a grant',
      post('/connect/token', 'grant_type=password'),
      { code: 'unauthorized_client', value: 'password' },
    ],
    [
      'a device',
      post('/connect/deviceauthorization', 'scope=openid'),
      { code: 'unauthorized_client', value: 'urn:ietf:params:oauth:grant-type:device_code' },
    ],
  ]
  for (const [name, request, line] of table) {
    const seen = watch(world)
    const atOp = watchOp(op.requests)
    await send(world.publicUrl, request)
    t.ok(atOp.seen().length > 0, `${name} reaches the OP`)
    const lines = seen.audit('would_refuse')
    t.match(lines, line ? [{ client_id: 'web', mode: 'monitor', ...line }] : [], name)
    t.equal(lines.length, line ? 1 : 0)
    t.same(seen.audit('unwatched'), [], name)
    t.same(seen.audit('security'), [], name)
  }
  t.notMatch(world.log.join(''), /secret=1/)
})

t.test('what is no refusal is no line of one', async (t) => {
  const services = makeServices()
  const fail = () => {
    throw new Error('down')
  }
  t.throws(() => reportRefusal(services, services.policies.ofClient('web'), fail), /down/)
})

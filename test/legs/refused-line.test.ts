import t from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { form, navigation, send } from '../attacks/frame/wire.ts'
import { basicOf } from '../e2e/token-request.ts'

t.test('the line of a refusal names client, method, path and what was not allowed', async (t) => {
  const { world } = await onLenientStage()(t)
  const { web, publicUrl } = world
  const redirect = encodeURIComponent(web.redirectUri)
  const asked = `/connect/authorize?client_id=web&redirect_uri=${redirect}&state=secret-state`
  const authorization = `Authorization: ${basicOf(web)}`
  const post = { method: 'POST', headers: [form, authorization] } as const
  const table: [name: string, request: Parameters<typeof send>[1], line: Record<string, unknown>][] = [
    [
      'a response type',
      { target: `${asked}&scope=openid&response_type=token` },
      {
        audit: 'refused',
        mode: 'enforce',
        leg: 'request',
        verdict: 'refuse',
        reason: 'unsupported_response',
        error: 'unsupported_response',
        status: 400,
        key: 'clients.web.responseTypes',
        client_id: 'web',
        method: 'GET',
        path: '/connect/authorize',
        value: 'token',
      },
    ],
    [
      'a response mode',
      { target: `${asked}&scope=openid&response_type=code&response_mode=web_message` },
      { client_id: 'web', value: 'web_message' },
    ],
    ['a scope', { target: `${asked}&scope=email&response_type=code` }, { client_id: 'web', value: 'email' }],
    [
      'a prompt',
      { target: `${asked}&scope=openid&response_type=code&prompt=none+login` },
      { client_id: 'web', value: 'none login' },
    ],
    [
      'a posted request',
      {
        method: 'POST',
        target: '/connect/authorize',
        headers: [form],
        body: `client_id=web&redirect_uri=${redirect}&scope=email&response_type=code`,
      },
      { client_id: 'web', method: 'POST', path: '/connect/authorize', value: 'email' },
    ],
    [
      'a grant',
      { ...post, target: '/connect/token', body: 'grant_type=password&password=secret-password' },
      {
        client_id: 'web',
        leg: 'token',
        method: 'POST',
        path: '/connect/token',
        value: 'password',
        key: 'clients.web.grants',
        policy_at: /^gateway\.yaml:\d+$/,
      },
    ],
    [
      'a code',
      { ...post, target: '/connect/token', body: 'grant_type=authorization_code&code=secret-code' },
      {
        audit: 'refused',
        client_id: 'web',
        leg: 'token',
        reason: 'invalid_grant',
        error: 'invalid_grant',
        status: 400,
        value: undefined,
      },
    ],
    [
      'a method',
      { method: 'PUT', target: '/connect/token', headers: [form], body: '' },
      { method: 'PUT', path: '/connect/token' },
    ],
    [
      'a type of content',
      { method: 'POST', target: '/connect/token', headers: ['Content-Type: application/json'], body: '{}' },
      { value: 'application/json' },
    ],
    [
      'a target',
      { target: '/a/../b?code=secret-code' },
      { audit: undefined, code: 'malformed_target', leg: 'request', method: 'GET', path: '/a/../b' },
    ],
    [
      'a page of the gateway',
      { target: '/step-up/return/x/AAAAAAAAAAAAAAAAAAAAAA?token=secret-token' },
      { code: 'expired', leg: 'return', path: '/step-up/return/…' },
    ],
  ]
  for (const [name, request, line] of table) {
    const lines = world.log.length
    const { status } = await send(publicUrl, { headers: navigation, ...request })
    t.ok(status >= 400, `${name}: ${status}`)
    const refused = world.log.slice(lines).map((text) => JSON.parse(text))
    t.match(
      refused.find(({ msg }) => msg === 'refused'),
      line,
      name,
    )
  }
  t.notMatch(world.log.join(''), /secret-/, 'nothing secret')
})

t.test('the line of a step-up that is not this browser’s names its client', async (t) => {
  const { world, cookie } = await onLenientStage()(t)
  const asked = `/connect/authorize?client_id=web&redirect_uri=${encodeURIComponent(world.web.redirectUri)}&state=s&scope=openid&response_type=code`
  const away = await send(world.publicUrl, { target: asked, headers: [cookie, ...navigation] })
  const { pathname } = new URL(String(away.headers['location']), world.publicUrl)
  // The first one to see the page is the one to whom it belongs.
  for (let visit = 0; visit < 2; visit++) {
    await send(world.publicUrl, { target: pathname, headers: navigation })
  }
  const refused = JSON.parse(world.log.findLast((line) => line.includes('"refused"')) ?? '{}')
  t.match(refused, {
    audit: 'refused',
    leg: 'return',
    reason: 'no_cookie',
    client_id: 'web',
    path: '/step-up/challenge/…',
  })
})

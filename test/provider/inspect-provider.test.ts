import t from 'tap'
import { inspectProvider } from '../../src/provider/inspect-provider.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { face, issuer, json, startScriptedOp } from '../probe/scripted-op.ts'
import { makeConfig } from '../upstream/config.ts'

const soon = () => AbortSignal.timeout(5_000)
const discovery = '/.well-known/openid-configuration'

t.test('metadata, closed paths and endpoints that are not guarded', async (t) => {
  const op = await startScriptedOp(t)
  op.metadata = {
    ...op.metadata,
    userinfo_endpoint: `${issuer}/userinfo`,
    device_authorization_endpoint: 'https://elsewhere.example/device',
  }
  const { config, upstream } = face(t, op.port, {
    provider: { closedPaths: ['/register'], endpoints: { userinfo: '/me' } },
  })
  const found = await inspectProvider(config, upstream, soon())
  t.match(found, { kind: 'known', source: 'its discovery document was read' })
  if (found.kind !== 'known') return
  const { facts } = found
  t.equal(facts.metadata['token_endpoint'], `${issuer}/token`)
  t.equal(facts.metadata['userinfo_endpoint'], `${issuer}/me`)
  t.same(facts.unguarded, ['device_authorization_endpoint at https://elsewhere.example'])
  t.same(facts.bypassing, [])
  t.ok(facts.serves(new URL(`${issuer}/anything`)))
  t.notOk(facts.serves(new URL('https://elsewhere.example/')))
  for (const path of ['/register', '/register/client', '/Register']) t.ok(facts.isClosed(path), path)
  for (const path of ['/token', '/token/x', '/me', '//']) t.notOk(facts.isClosed(path), path)
})

t.test('endpoints at the address of the OP itself', async (t) => {
  const op = await startScriptedOp(t)
  const own = `http://127.0.0.1:${op.port}`
  op.metadata = {
    ...op.metadata,
    token_endpoint: `${own}/token`,
    userinfo_endpoint: `${own}/me`,
    end_session_endpoint: 'nowhere',
    jwks_uri: `${own}/jwks`,
  }
  const bypassing = async (parts: Parameters<typeof face>[2]) => {
    const { config, upstream } = face(t, op.port, parts)
    const found = await inspectProvider(config, upstream, soon())
    return found.kind === 'known' ? found.facts.bypassing : found
  }
  t.same(await bypassing({}), ['token_endpoint', 'userinfo_endpoint'])
  t.same(await bypassing({ hosts: [`127.0.0.1:${op.port}`] }), [])
  t.same(
    await bypassing({ publicUrl: own, provider: { issuer } }),
    ['authorization_endpoint'],
    'which an issuer is that is not the public address',
  )
})

t.test('without a discovery document', async (t) => {
  const op = await startScriptedOp(t)
  op.steps[discovery] = (_asked, response) => response.writeHead(404).end()
  const endpoints = { authorization: '/a', token: '/t', jwks: '/j' }
  const { config, upstream } = face(t, op.port, { provider: { endpoints } })
  const found = await inspectProvider(config, upstream, soon())
  t.match(found, {
    kind: 'known',
    source: `discovery at ${discovery} answered 404: offers unknown`,
    facts: { metadata: { token_endpoint: `${issuer}/t` }, bypassing: [] },
  })
})

t.test('what a gateway could not run with', async (t) => {
  const op = await startScriptedOp(t)
  const { config, upstream } = face(t, op.port)
  const reason = async (over = config, signal = soon()) => {
    const found = await inspectProvider(over, upstream, signal)
    return found.kind === 'unusable' ? found.reason : found
  }
  const provider = { ...config.provider, tokenPaths: ['/authorize'] }
  t.equal(
    await reason({ ...config, provider }),
    'Error: the path /authorize is listed as authorization and as token',
  )
  t.match(await reason(config, AbortSignal.abort()), /^upstream_unreachable: /)
  op.steps[discovery] = (_asked, response) => json(response, { ...op.metadata, issuer: 'https://other' })
  t.equal(await reason(), `issuer is "https://other", expected "${issuer}"`)
  op.steps[discovery] = (_asked, response) => response.writeHead(404).end()
  const fix = 'set provider.issuer, or provider.endpoints where there is no such document'
  t.equal(await reason(), `discovery at ${discovery} answered 404; ${fix}`)
})

t.test('an OP that does not answer', async (t) => {
  const config = makeConfig({})
  const upstream = connectUpstream(config)
  t.teardown(() => upstream.close())
  t.match(await inspectProvider(config, upstream, soon()), {
    kind: 'unusable',
    reason: 'upstream_unreachable: ECONNREFUSED',
    error: { code: 'upstream_unreachable' },
  })
})

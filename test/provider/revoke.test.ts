import t from 'tap'
import type { TokenResponse } from '../../src/oauth/token-response.ts'
import { revokeTokens } from '../../src/provider/revoke.ts'
import { face, issuer, startScriptedOp } from '../probe/scripted-op.ts'

const both: TokenResponse = {
  idToken: { kind: 'absent' },
  accessToken: 'the access token',
  refreshToken: 'the refresh token',
}
const one: TokenResponse = { ...both, refreshToken: undefined }
const none: TokenResponse = { ...one, accessToken: undefined }
const form = 'grant_type=authorization_code&code=c&client_id=web&client_secret=s'
const basic = { authorization: 'Basic d2ViOnM=', form: 'code=c' }
const posted = { authorization: undefined, form }

const table: {
  name: string
  statuses: number[]
  tokens?: TokenResponse
  credentials?: typeof basic | typeof posted
  hasEndpoint?: boolean
  outcome: string
  asked: Record<string, string>[]
}[] = [
  {
    name: 'the refresh token first, then the access token',
    statuses: [200, 200],
    outcome: 'revoked',
    asked: [{ token: 'the refresh token' }, { token: 'the access token' }],
  },
  {
    name: 'in the name of a client that authenticates in the form',
    statuses: [200],
    tokens: one,
    credentials: posted,
    outcome: 'revoked',
    asked: [{ token: 'the access token', client_id: 'web', client_secret: 's' }],
  },
  {
    name: 'the OP refuses the first',
    statuses: [401, 200],
    outcome: 'failed',
    asked: [{ token: 'the refresh token' }, { token: 'the access token' }],
  },
  {
    name: 'the OP refuses the second',
    statuses: [200, 503],
    outcome: 'failed',
    asked: [{ token: 'the refresh token' }, { token: 'the access token' }],
  },
  { name: 'the OP breaks off', statuses: [0], outcome: 'failed', asked: [{ token: 'the refresh token' }] },
  {
    name: 'no tokens',
    statuses: [],
    tokens: none,
    outcome: 'impossible',
    asked: [],
  },
  { name: 'no endpoint', statuses: [], hasEndpoint: false, outcome: 'impossible', asked: [] },
]

for (const { name, statuses, tokens = both, credentials = basic, hasEndpoint = true, ...expected } of table) {
  t.test(`tokens are taken back: ${name}`, async (t) => {
    const op = await startScriptedOp(t)
    if (hasEndpoint) op.metadata['revocation_endpoint'] = `${issuer}/revoke`
    op.steps['/revoke'] = (_asked, response) => {
      const status = statuses.shift()
      if (status === 0) response.destroy()
      else response.writeHead(status ?? 500).end()
    }
    const { provider, upstream } = face(t, op.port)
    provider.start()
    await provider.ready()
    t.equal(await revokeTokens({ provider, upstream }, credentials, tokens), expected.outcome)
    const revocations = op.asked.filter(({ url }) => url.pathname === '/revoke')
    t.same(
      revocations.map(({ form }) => Object.fromEntries(form)),
      expected.asked,
    )
    for (const { request } of revocations) t.equal(request.headers.authorization, credentials.authorization)
  })
}

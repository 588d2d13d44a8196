import t from 'tap'
import { parseTarget } from '../../src/http/target.ts'
import { isEndSession } from '../../src/provider/end-session.ts'
import { face, issuer, startScriptedOp } from '../probe/scripted-op.ts'

const table: [endpoint: unknown, path: string, isEnd: boolean][] = [
  [`${issuer}/logout`, '/logout', true],
  [`${issuer}/logout`, '/Logout', true],
  [`${issuer}/logout`, '/logout/confirm', true],
  [`${issuer}/logout`, '/logouts', false],
  [`${issuer}/logout`, '/', false],
  ['/logout', '/logout', false],
  [null, '/logout', false],
  [undefined, '/logout', false],
]

t.test('which paths end the session at the OP', async (t) => {
  for (const [endpoint, path, isEnd] of table) {
    const op = await startScriptedOp(t)
    if (endpoint !== undefined) op.metadata['end_session_endpoint'] = endpoint
    const { provider } = face(t, op.port)
    provider.start()
    await provider.ready()
    t.equal(isEndSession(provider, parseTarget(path)), isEnd, `${path} where the OP names ${endpoint}`)
  }
})

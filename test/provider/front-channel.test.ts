import t from 'tap'
import { readResponseContent } from '../../src/oauth/authorization-response.ts'
import { verifyFrontChannel } from '../../src/provider/front-channel.ts'
import { createKeys } from '../../src/provider/keys.ts'
import { face, issuer, json, type ScriptedOp, startScriptedOp } from '../probe/scripted-op.ts'

const owner = { clientId: 'web', subject: 'alice', subjectClaim: 'sub' }

const table: [name: string, answer: ScriptedOp['steps'][string] | undefined, isAlices: boolean][] = [
  ['userinfo names the user', (_, response) => json(response, { sub: 'alice' }), true],
  ['userinfo names another', (_, response) => json(response, { sub: 'bob' }), false],
  ['userinfo names nobody', (_, response) => json(response, {}), false],
  ['userinfo refuses the token', (_, response) => json(response, { sub: 'alice' }, 401), false],
  ['userinfo fails', (_, response) => json(response, { sub: 'alice' }, 500), false],
  ['userinfo leads elsewhere', (_, response) => response.writeHead(302, { location: '/' }).end(), false],
  ['userinfo is a page', (_, response) => response.end('<p>alice'), false],
  ['userinfo breaks off', (_, response) => response.destroy(), false],
  ['there is no userinfo endpoint', undefined, false],
]
for (const [name, answer, isAlices] of table) {
  t.test(`an access token alone, and ${name}: ${isAlices}`, async (t) => {
    const op = await startScriptedOp(t)
    if (answer !== undefined) {
      op.metadata['userinfo_endpoint'] = `${issuer}/userinfo`
      op.steps['/userinfo'] = answer
    }
    const { provider, upstream } = face(t, op.port)
    provider.start()
    await provider.ready()
    const keys = createKeys(provider, upstream)
    const response = readResponseContent(new URLSearchParams({ access_token: 'the token', state: 's' }))
    t.equal(await verifyFrontChannel({ provider, upstream, keys }, response, owner), isAlices)
    const asked = op.asked.filter(({ url }) => url.pathname === '/userinfo')
    t.same(
      [...new Set(asked.map(({ request }) => request.headers.authorization))],
      answer === undefined ? [] : ['Bearer the token'],
    )
  })
}

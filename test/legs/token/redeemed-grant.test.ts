import t from 'tap'
import { lacksClient } from '../../../src/legs/token/redeemed-grant.ts'
import { parseParameters } from '../../../src/oauth/parameters.ts'
import { createPolicies } from '../../../src/policy/policies.ts'
import { makeConfig } from '../../upstream/config.ts'

t.test('while nobody is protected a request need not name its client', async (t) => {
  const config = makeConfig({})
  const web = { ...config.defaults, clientId: 'web', mode: 'enforce' as const }
  const body = Buffer.from('grant_type=authorization_code&code=c')
  const parameters = parseParameters({ query: '', body }, 'backchannel')
  const nothing = { code: undefined, refreshToken: undefined }
  t.equal(lacksClient(createPolicies(config), parameters, nothing), false)
  t.equal(
    lacksClient(createPolicies({ ...config, clients: new Map([['web', web]]) }), parameters, nothing),
    true,
  )
})

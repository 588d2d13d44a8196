import t from 'tap'
import type { Case } from '../../src/records/records.ts'
import { describeTrackRequest } from '../../src/step-up/track-request.ts'
import { makeConfig } from '../upstream/config.ts'

const it: Case = {
  clientId: 'web',
  policyIds: ['web'],
  user: { subject: 'alice', epochs: [], amr: [], compare: {} },
}
const browser = { ids: [], address: '192.0.2.1' }
const custom = { acr: 'ours', page: 'ours', mode: 'ours', tier: 'gold' }
const policy = { ...makeConfig({}).defaults, custom }

t.test("a data point of the policy's own stands where nothing of that name is known", async (t) => {
  const known = { client_id: 'web', amr: '', mode: 'off', request: 'unknown' }
  const { custom: sent } = describeTrackRequest(it, { policy, browser }, [], 1000)
  t.strictSame(sent, { ...custom, ...known })
  const asked: Case = { ...it, scope: ['openid'], user: { ...it.user, acr: 'high' } }
  t.match(describeTrackRequest(asked, { policy, browser }, [], 1000), {
    custom: { acr: 'high', tier: 'gold' },
  })
})

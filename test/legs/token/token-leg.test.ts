import t from 'tap'
import { onTokenRequest } from '../../../src/legs/token/token-leg.ts'
import { readParameters } from '../../../src/oauth/parameters.ts'
import { makeServices } from '../../services.ts'

t.test('a client that redeems a code has the answer to its request, where that is known', async (t) => {
  const services = makeServices()
  const { records } = services
  const request = {
    clientId: 'web',
    scope: [],
    asks: 'the same',
    responseType: 'code',
    startedAt: 0,
    drives: 0,
  }
  await records.inFlight.set('request', request)
  const release = {
    clientId: 'web',
    policyIds: ['web'],
    subject: 'alice',
    compare: {},
    issuedAt: 0,
    releasedAt: 0,
  }
  await records.codes.set('unseen', release)
  await records.codes.set('seen', { ...release, inFlight: 'request' })
  const redeem = (code: string) => {
    const body = Buffer.from(`client_id=web&grant_type=authorization_code&code=${code}`)
    return onTokenRequest(services, undefined, readParameters({ query: '', body }, 'backchannel'))
  }
  t.match(await redeem('unseen'), { clientId: 'web', release })
  t.notOk((await records.inFlight.get('request'))?.hasArrived)
  await redeem('seen')
  t.match(await records.inFlight.get('request'), { ...request, hasArrived: true })
})

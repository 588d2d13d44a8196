import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { readAuthorizationResponse } from '../../src/oauth/authorization-response.ts'
import { seeAnswer, takeAnswer } from '../../src/probe/browser-probe.ts'
import { makeServices } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'

const probe = { ...makeConfig({}).provider.probe, by: 'browser' } as const
const services = makeServices({ config: makeConfig({ probe }) })
const { publicUrl } = services.config

/** A request of a browser that the gateway knows. */
const requestOf = (query: string): FastifyRequest => {
  const exchange = { target: { query }, browser: { ids: ['home'], address: '192.0.2.7' } }
  return Object.assign({ headers: {} } as FastifyRequest, { exchange })
}

t.test('what is an answer to a question', async (t) => {
  const see = (answer: string) => {
    const response = readAuthorizationResponse(`${publicUrl}/step-up/probe${answer}`, publicUrl)
    if (!response) throw new Error('no response')
    return seeAnswer(services, requestOf(''), [], response)
  }
  const question = { browser: 'home', nonce: 'n', codeVerifier: 'v', askedAt: 0, mayShowPages: false }
  const waits = { kind: 'page', target: '/' } as const
  await services.records.browserQuestions.set('s', { ...question, waits, isAnswered: false })
  t.equal(await see('?code=c&state=s'), true)
  t.equal(await see('?code=c&state=other'), false)
  t.equal(await see('?code=c'), false, 'without a state')
  t.equal(await see('#code=c&id_token=t&state=s'), false, 'tokens are no answer')
})

t.test('an answer that is being taken', async (t) => {
  const question = { browser: 'home', nonce: 'n', codeVerifier: 'v', askedAt: 0, mayShowPages: false }
  const waits = { kind: 'page', target: '/' } as const
  await services.records.browserQuestions.set('taken', { ...question, waits, isAnswered: true })
  await t.rejects(takeAnswer(services, requestOf('code=c&state=taken')), { code: 'used' })
  await t.rejects(takeAnswer(services, requestOf('code=c')), { code: 'expired' })
})

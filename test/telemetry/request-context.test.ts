import t from 'tap'
import {
  type Beginning,
  createSupportId,
  describeRequestIds,
  durationOf,
  elapsedInRequest,
  measureShare,
  noteConcern,
  notedConcern,
  noteFacts,
  requestFacts,
  runRequest,
  timed,
  waiting,
} from '../../src/telemetry/request-context.ts'

const facts = { method: 'GET', path: '/a', ip: '192.0.2.1', userAgent: 'a browser' }

/** Runs something as a request does, to its end. */
const within = <T>(beginning: Partial<Beginning>, run: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    runRequest({ supportId: createSupportId(), now: () => 0, ...beginning }, () =>
      run().then(resolve, reject),
    )
  })

t.test('a request without a trace has its support id for one', async (t) => {
  const supportId = createSupportId()
  await within({ supportId }, async () => {
    t.strictSame(describeRequestIds(), { support_id: supportId, trace_id: supportId.replaceAll('-', '') })
  })
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  await within({ traceId }, async () => t.equal(describeRequestIds().trace_id, traceId))
})

t.test('times of one name add up, those of a failure too', async (t) => {
  let at = 1000
  const after = (ms: number) => async () => {
    at += ms
  }
  await within({ now: () => at }, async () => {
    await timed('probe', after(20))
    await timed('track', after(3))
    await timed('probe', after(5))
    const failure = new Error('no answer')
    await t.rejects(
      timed('track', async () => {
        at += 10
        throw failure
      }),
      failure,
    )
    t.equal(durationOf('probe'), 25)
    t.equal(durationOf('track'), 13)
    t.equal(durationOf('validate'), undefined)
    t.equal(elapsedInRequest(), 38)
    await timed('validate', after(-50))
    t.equal(durationOf('validate'), 0, 'a clock that was set back')
    t.equal(elapsedInRequest(), 0)
  })
})

t.test('what is noted of a request stays until it is noted anew', async (t) => {
  await within({}, async () => {
    t.equal(requestFacts(), undefined)
    t.same(notedConcern(), {})
    noteFacts(facts)
    noteConcern({ clientId: 'web', leg: 'request' })
    noteConcern({ clientId: undefined, leg: 'response' })
    t.same(requestFacts(), facts)
    t.strictSame(notedConcern(), { clientId: 'web', leg: 'response' })
  })
})

t.test('outside of a request nothing is noted, and everything runs', async (t) => {
  noteFacts(facts)
  noteConcern({ clientId: 'web' })
  t.equal(await timed('track', async () => 7), 7)
  t.equal(requestFacts(), undefined)
  t.same(notedConcern(), {})
  t.same(describeRequestIds(), {})
  t.equal(durationOf('track'), undefined)
  t.equal(elapsedInRequest(), undefined)
})

t.test('a share can be measured outside of a request', async (t) => {
  t.ok(measureShare()() >= 0)
})

t.test('what a request still waits for is no share of its own', async (t) => {
  await new Promise<void>((resolve) => {
    runRequest({ supportId: 'a-b', now: () => 0 }, () => {
      const end = measureShare()
      let answer = (): void => undefined
      const waits = waiting(
        () =>
          new Promise<void>((take) => {
            answer = take
          }),
      )
      t.ok(end() >= 0)
      answer()
      waits.then(resolve)
    })
  })
})

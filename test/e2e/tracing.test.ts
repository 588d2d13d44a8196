import { EventEmitter, once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { request as openRequest } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { explain } from '../../src/commands/explain.ts'
import { runCommand } from '../commands/run.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { lookupLoopback } from '../lab/loopback.ts'
import { secretOf } from '../lab/op-world.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import type { World, WorldOptions } from '../lab/world.ts'
import {
  type Collector,
  drawTree,
  openLabTracing,
  type SentSpan,
  startCollector,
} from '../tracing/collector.ts'
import { startBareUpstream } from './bare-upstream.ts'
import { passChallenge } from './challenge.ts'
import { openBrowser, openWorld } from './stage.ts'

const stranger = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const traceparent = `00-${stranger.traceId}-${stranger.spanId}-01`

/** A world whose traces go to a collector; `spans` closes its gateway and tells them all. */
async function openTracedWorld(t: Test, options: WorldOptions = {}, env: Record<string, string> = {}) {
  const collector = await startCollector(t)
  const tracing = await openLabTracing(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...env,
  })
  const world = await openWorld(t, { rules: [stepUpForWeb], ...options, tracing })
  return {
    world,
    collector,
    async spans(): Promise<readonly SentSpan[]> {
      await world.gateway.close()
      return collector.spans()
    },
  }
}

/** The request that a span is of, found by what it is named. */
function findRequest(spans: readonly SentSpan[], name: string, event?: string): SentSpan {
  const found = spans.find(
    (span) =>
      span.kind === 2 && span.name === name && (!event || span.events.some((it) => it.name === event)),
  )
  if (!found) throw new Error(`no span ${name}`)
  return found
}

const lines = ({ log }: World): Record<string, unknown>[] => log.map((line) => JSON.parse(line))

t.test('one sign-in with a challenge, in all that is told of it', async (t) => {
  const { world, spans: end, collector } = await openTracedWorld(t)
  const { op, authsignal, web } = world
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')
  const stopBefore = ({ pathname }: URL) => pathname.startsWith('/step-up/return/')
  const last = await passChallenge(world, browser, challenge, 'user-alice', { stopBefore })
  const back = String(last.headers['location'])
  const returned = await browser.navigate(back)
  const cookies = (await browser.jar.getCookies(world.publicUrl)).map(({ value }) => value)
  const spans = await end()
  const opened = findRequest(spans, 'GET open', 'decision')
  const shown = findRequest(spans, 'GET /step-up/challenge/:id')
  const passed = findRequest(spans, 'GET /step-up/return/:id/:nonce')
  const redeemed = findRequest(spans, 'POST token')

  t.test('each request is one tree', async (t) => {
    t.strictSame(drawTree(spans, opened), [
      'GET open',
      '  GET open',
      '  probe',
      '    GET authorization',
      '    POST /connect/token',
      '    GET /connect/jwks',
      '  Authsignal track',
    ])
    t.strictSame(drawTree(spans, shown), ['GET /step-up/challenge/:id'])
    t.strictSame(drawTree(spans, passed), ['GET /step-up/return/:id/:nonce', '  Authsignal validate'])
    t.strictSame(drawTree(spans, redeemed), ['POST token', '  POST token'])
    const ids = new Set(spans.map(({ spanId }) => spanId))
    t.ok(spans.every(({ parentSpanId }) => !parentSpanId || ids.has(parentSpanId)))
    const roots = spans.filter(({ parentSpanId }) => !parentSpanId)
    t.equal(new Set(roots.map(({ traceId }) => traceId)).size, roots.length, 'and one trace')
  })

  t.test('the spans say what was decided and why', async (t) => {
    t.match(opened, {
      status: { code: 0 },
      attributes: {
        'http.request.method': 'GET',
        'http.response.status_code': 303,
        'step_up.endpoint': 'open',
        'step_up.leg': 'response',
        'step_up.client_id': 'web',
        'step_up.mode': 'enforce',
        'step_up.store.uses': Number,
      },
      events: [
        {
          name: 'decision',
          attributes: { 'step_up.verdict': 'challenge', 'step_up.reason': 'challenge_required' },
        },
      ],
    })
    t.match(passed.events, [
      { name: 'step_up', attributes: { 'step_up.verdict': 'passed' } },
      { name: 'released', attributes: { 'step_up.reason': 'kept_response' } },
    ])
    t.match(collector.resource(), { 'service.name': 'step-up-gateway' })
  })

  t.test('the requests of the challenge are linked to the one that opened it', async (t) => {
    const { traceId, spanId } = opened
    for (const { links } of [shown, passed]) t.match(links, [{ traceId, spanId }])
    t.strictSame(redeemed.links, [])
  })

  t.test('the log and the record have the same ids', async (t) => {
    for (const [span, kind] of [
      [opened, 'decision'],
      [passed, 'step_up'],
      [passed, 'released'],
    ] as const) {
      const [line] = world.audit(kind)
      t.equal(line?.['trace_id'], span.traceId)
      t.equal(line?.['support_id'], span.attributes['step_up.support_id'])
      t.equal(String(line?.['support_id']).replaceAll('-', ''), span.traceId)
    }
  })

  t.test('the OP and Authsignal get the trace of the span that asks them', async (t) => {
    const sent = new Map(spans.map((span) => [`00-${span.traceId}-${span.spanId}-01`, span.name]))
    const toOp = op.requests.map(({ method, url, headers }) => [
      `${method} ${url.split('?', 1)}`,
      sent.get(String(headers['traceparent'])),
    ])
    for (const expected of [
      ['GET /.well-known/openid-configuration', 'GET /.well-known/openid-configuration'],
      ['GET /connect/authorize', 'GET authorization'],
      ['POST /connect/token', 'POST /connect/token'],
      ['POST /connect/token', 'POST token'],
      ['GET /connect/jwks', 'GET /connect/jwks'],
    ])
      t.ok(
        toOp.some((pair) => `${pair}` === `${expected}`),
        `${expected}`,
      )
    t.strictSame(
      toOp.filter(([, name]) => name === undefined),
      [],
      'none is without',
    )
    const toAuthsignal = authsignal.requests.filter(({ path }) => path.startsWith('/v1/'))
    t.strictSame(
      toAuthsignal.map(({ headers }) => sent.get(String(headers['traceparent']))),
      ['Authsignal track', 'Authsignal validate'],
    )
    t.ok(toAuthsignal.every(({ headers }) => headers['baggage'] === undefined))
  })

  t.test('no secret and no user is in any of it', async (t) => {
    const codes = [...challenge.hops, ...returned.hops].flatMap(
      ({ headers }) => /[?&]code=([^&]+)/.exec(String(headers['location']))?.[1] ?? [],
    )
    const { pathname, searchParams } = new URL(back)
    const secrets = [
      ...cookies,
      ...codes,
      ...Object.values(web.signIns.at(-1)?.tokens ?? {}),
      ...pathname.split('/').slice(3),
      searchParams.get('token'),
      ...new URL(challenge.url).searchParams.values(),
      challenge.url,
      ...['web', 'authsignal', 'step-up-gateway'].map(secretOf),
      ...['user-alice', 'alice', '?', 'Mozilla', '127.0.0.1:'],
    ].map(String)
    t.ok(secrets.length > 18 && secrets.every((secret) => secret.length > 0), 'there is something to find')
    const sent = collector.bodies.join('\n')
    t.strictSame(
      secrets.filter((secret) => sent.includes(secret)),
      [],
    )
  })
})

t.test('from the support id on a page to log, record and trace', async (t) => {
  const { world, spans: end } = await openTracedWorld(t)
  const page = await openBrowser(t).navigate(`${world.publicUrl}/connect/authorize?client_id=web&client_id=b`)
  t.equal(page.status, 400)
  const [supportId = ''] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(page.text) ?? []
  const spans = await end()
  const [line] = lines(world).filter((line) => line['support_id'] === supportId)
  t.match(line, { audit: 'refused', reason: 'ambiguous_parameters', trace_id: /^[0-9a-f]{32}$/ })
  const found = spans.filter(({ traceId }) => traceId === line?.['trace_id'])
  t.match(found, [
    {
      name: 'GET authorization',
      attributes: {
        'step_up.support_id': supportId,
        'step_up.refused': 'ambiguous_parameters',
        'http.response.status_code': 400,
      },
      events: [{ name: 'refused', attributes: { 'step_up.reason': 'ambiguous_parameters' } }],
    },
  ])
  t.match(found[0]?.status, { code: 0 }, 'the client was wrong, and the gateway right')
  const log = join(t.testdir(), 'audit.jsonl')
  await writeFile(log, world.log.join(''))
  const { stdout } = await runCommand(explain, [supportId, log])
  t.match(stdout, supportId)
  t.match(stdout, /ambiguous_parameters/)
  t.match((await runCommand(explain, [String(line?.['trace_id']), log])).stdout, supportId)
})

t.test("whose trace goes on: a trusted proxy's", async (t) => {
  const { world, spans: end } = await openTracedWorld(
    t,
    { config: { trustedProxies: ['127.0.0.1', '::1'] } },
    { OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
  )
  const asked = `${world.publicUrl}/connect/authorize?client_id=web&client_id=other`
  await fetch(asked, { headers: { traceparent, tracestate: 'a=1' } })
  await fetch(asked, { headers: { traceparent: traceparent.replace(/1$/, '0') } })
  await fetch(asked)
  const spans = await end()
  t.match(spans, [{ ...stranger, spanId: String, parentSpanId: stranger.spanId, links: [] }])
  t.equal(spans.length, 1, 'it says whether it is recorded, and the sampler says it of others')
  const refused = lines(world).filter(({ audit }) => audit === 'refused')
  t.strictSame(
    refused.slice(0, 2).map((line) => line['trace_id']),
    [stranger.traceId, stranger.traceId],
  )
})

t.test('a stranger has nothing recorded, and is linked to where it is recorded anyway', async (t) => {
  for (const [sampler, count] of [
    ['parentbased_always_off', 0],
    ['parentbased_always_on', 2],
  ] as const) {
    const { world, spans: end } = await openTracedWorld(t, {}, { OTEL_TRACES_SAMPLER: sampler })
    await fetch(`${world.publicUrl}/connect/jwks`, { headers: { traceparent, tracestate: 'a=1' } })
    const atOp = world.op.requests.at(-1)?.headers
    const spans = (await end()).filter(({ name }) => name === 'GET open')
    t.equal(spans.length, count, sampler)
    t.ok(spans.every(({ traceId }) => traceId !== stranger.traceId))
    t.match(atOp?.['traceparent'], count === 0 ? /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/ : /-01$/)
    t.notMatch(atOp?.['traceparent'], stranger.traceId)
    t.equal(atOp?.['tracestate'], undefined)
    if (count > 0) t.match(spans.find(({ kind }) => kind === 2)?.links, [stranger])
  }
})

t.test('without propagation headers pass as they came', async (t) => {
  const { world, spans: end } = await openTracedWorld(t, {}, { OTEL_PROPAGATORS: 'none' })
  await fetch(`${world.publicUrl}/connect/jwks`, {
    headers: { traceparent, tracestate: 'a=1', baggage: 'b=2' },
  })
  await signIn(openBrowser(t), world.web, 'alice')
  t.match(world.op.requests.find(({ url }) => url === '/connect/jwks')?.headers, {
    traceparent,
    tracestate: 'a=1',
    baggage: 'b=2',
  })
  t.ok(world.authsignal.requests.every(({ headers }) => headers['traceparent'] === undefined))
  const spans = await end()
  t.ok(spans.length > 5)
  t.ok(
    spans.every(
      ({ links, traceId }) => ![traceId, ...links.map((link) => link.traceId)].includes(stranger.traceId),
    ),
  )
})

t.test('what fails is marked', async (t) => {
  const { world, spans: end } = await openTracedWorld(t)
  world.authsignal.control.fault('track', '401')
  await signIn(openBrowser(t), world.web, 'alice')
  await world.op.close()
  await fetch(`${world.publicUrl}/connect/jwks`)
  const spans = await end()
  t.match(
    spans.find(({ name }) => name === 'Authsignal track'),
    { status: { code: 2 }, attributes: { 'http.response.status_code': 401, 'http.request.method': 'POST' } },
  )
  const failed = spans.filter(({ status }) => status.code === 2)
  t.match(
    failed.find(({ kind, name }) => kind === 3 && name === 'GET open'),
    { attributes: { 'error.type': 'ECONNREFUSED' } },
  )
  t.match(
    failed.find(({ kind }) => kind === 2),
    {
      name: 'GET open',
      attributes: { 'step_up.refused': 'upstream_unreachable', 'http.response.status_code': 502 },
    },
  )
})

/** A whole sign-in while the collector behaves like this. */
async function signInDespite(t: Test, collector: Pick<Collector, 'url'>, env: Record<string, string>) {
  const log: string[] = []
  const tracing = await openLabTracing(
    t,
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1', ...env },
    log,
  )
  const world = await openWorld(t, { rules: [stepUpForWeb], tracing })
  const browser = openBrowser(t)
  const page = await passChallenge(world, browser, await signIn(browser, world.web, 'alice'))
  t.equal(page.url, `${world.web.url}/`)
  await startSignIn(openBrowser(t), world.web)
  return { world, log: () => log.map((line) => JSON.parse(line)) }
}

t.test('a collector that refuses, or is gone, costs a line', async (t) => {
  const collector = await startCollector(t)
  collector.status = 400
  const refused = await signInDespite(t, collector, {})
  await collector.until(3)
  await refused.world.gateway.close()
  t.match(refused.log(), [{ level: 40, msg: 'traces can not be sent', reason: '400 Bad Request' }])
  t.equal(refused.log().length, 1)

  const url = `http://127.0.0.1:${(await freePorts(1))[0]}`
  const gone = await signInDespite(t, { url }, { OTEL_EXPORTER_OTLP_TIMEOUT: '200' })
  await gone.world.gateway.close()
  t.match(gone.log(), [{ level: 40, msg: 'traces can not be sent', reason: /^connect ECONNREFUSED / }])
  t.equal(gone.log().length, 1)
})

t.test('a collector that does not answer keeps nobody', async (t) => {
  const collector = await startCollector(t)
  collector.status = undefined
  const { world } = await signInDespite(t, collector, {})
  const startedAt = Date.now()
  await world.gateway.close()
  const took = Date.now() - startedAt
  t.ok(took >= 900 && took < 5000, `it closed in ${took} ms`)
})

t.test('a request that is refused unread, and one whose client goes', async (t) => {
  const came = new EventEmitter()
  const upstream = await startBareUpstream(t, {
    '/slow': (_request, response) => came.emit('request', response),
  })
  const { world, spans: end } = await openTracedWorld(t, { upstreamUrl: upstream.url })
  const refused = openRequest(world.publicUrl, {
    lookup: lookupLoopback,
    headers: { host: 'elsewhere.example' },
  })
  const [answer] = await once(refused.end(), 'response')
  answer.resume()
  const waits = once(came, 'request')
  const gone = openRequest(`${world.publicUrl}/slow`, { lookup: lookupLoopback }).on('error', () => undefined)
  gone.end()
  const [atOp] = await waits
  const closed = once(atOp, 'close')
  gone.destroy()
  await closed
  const found = await end()
  t.match(
    found.find(({ attributes }) => attributes['step_up.refused'] === 'unknown_host'),
    { name: 'GET', attributes: { 'http.response.status_code': 400 } },
  )
  t.ok(found.some(({ attributes }) => attributes['step_up.broken_off'] === true))
})

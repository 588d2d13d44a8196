import { once } from 'node:events'
import { request as openRequest, type ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { lookupLoopback } from '../lab/loopback.ts'
import { startWorld } from '../lab/world.ts'
import { startBareUpstream } from './bare-upstream.ts'

/** A gateway with a stream of events under way, and the clock that it waits by at its end. */
async function begin(t: Test) {
  let wake: () => void = () => t.fail('nobody waits')
  const waits: { ms: number; signal: AbortSignal }[] = []
  let answered: (response: ServerResponse) => void
  const response = new Promise<ServerResponse>((resolve) => {
    answered = resolve
  })
  const upstream = await startBareUpstream(t, {
    '/events': (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      answered(response)
    },
  })
  const world = await startWorld({
    upstreamUrl: upstream.url,
    wait: (ms, signal) => {
      waits.push({ ms, signal })
      return new Promise<void>((resolve) => {
        wake = resolve
      })
    },
  })
  await world.gateway.provider.ready()
  const asked = openRequest(`${world.publicUrl}/events`, { lookup: lookupLoopback, agent: false })
  asked.on('error', () => undefined).end()
  const [answer] = await once(asked, 'response')
  await once(answer, 'data')
  return { world, answer, response: await response, waits, wake: () => wake() }
}

t.test('a stream of events ends with the gateway, after a while', async (t) => {
  const { world, answer, response, waits, wake } = await begin(t)
  const closed = world.close()
  const [broken, gone] = [once(answer, 'error'), once(response, 'close')]
  t.same(
    waits.map(({ ms }) => ms),
    [8000],
  )
  response.write('data: 2\n\n')
  t.equal(`${(await once(answer, 'data'))[0]}`, 'data: 2\n\n', 'until then it goes on')
  wake()
  await Promise.all([closed, broken, gone])
})

t.test('what ends by itself is waited for, and no longer', async (t) => {
  const { world, answer, response, waits } = await begin(t)
  const closed = world.close()
  const ended = once(answer, 'end')
  answer.resume()
  response.end('data: 2\n\n')
  await Promise.all([closed, ended])
  t.ok(waits[0]?.signal.aborted)
})

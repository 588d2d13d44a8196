import { performance } from 'node:perf_hooks'
import { startLabGateway, type Yaml } from '../lab/start-gateway.ts'

// The gateway in a process of its own, which tells for how long at most it did nothing else:
// `{ start: config }` answers 'ready', `begin` answers 'begun', `end` answers milliseconds.

let isMeasuring = false
let worst = 0

/**
 * From turn to turn of the event loop. Others on this machine make a turn longer by the clock, and the threads that
 * collect garbage and compile make it longer by the processor's time: the shorter of both is nearest to the truth.
 */
function watch(): void {
  let [clock, cpu] = [performance.now(), process.cpuUsage()]
  const turn = (): void => {
    const { user, system } = process.cpuUsage(cpu)
    worst = Math.max(worst, Math.min(performance.now() - clock, (user + system) / 1000))
    clock = performance.now()
    cpu = process.cpuUsage()
    if (isMeasuring) setImmediate(turn)
  }
  setImmediate(turn)
}

process.on('message', async (message: { start: Yaml } | 'begin' | 'end') => {
  if (message === 'begin') {
    worst = 0
    isMeasuring = true
    watch()
    process.send?.('begun')
  } else if (message === 'end') {
    isMeasuring = false
    process.send?.(worst)
  } else {
    const { gateway } = await startLabGateway(message.start)
    await gateway.provider.ready()
    process.send?.('ready')
  }
})

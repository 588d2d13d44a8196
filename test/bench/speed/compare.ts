import type { Effort } from '../effort.ts'
import { type Line, median } from '../line.ts'
import type { Bed, ProxyProcess, Sample } from './bed.ts'
import { type Work, works } from './work.ts'

/** What proxies make of one kind of request. */
export interface Comparison {
  readonly work: Work
  readonly lines: readonly Line[]
  /** Of each proxy: requests a second in those of the bare plugin, and the processor's time in that of raw. */
  readonly proxies: readonly { readonly name: string; readonly speed: number; readonly cpu: number }[]
  /** Microseconds of the processor for one request. */
  readonly microseconds: { readonly raw: number; readonly gateway: number }
}

/** The latest answer but one in a hundred may take twice as long as that of raw. */
const p99Goal = 2

/**
 * Proxies take turns at one core; the OP and the load have the other. All numbers are ratios of medians.
 *
 * @param onWork is told each kind of request once it is done.
 */
export async function compareProxies(
  bed: Bed,
  effort: Effort,
  onWork: (comparison: Comparison) => void,
): Promise<void> {
  const gateway = await bed.startGateway('gateway')
  const raw = await bed.startBare('raw')
  const plugin = await bed.startBare('plugin')
  const again = { ...gateway, name: 'gateway again' }
  // They have no goals, and are tried less often.
  const others = [await bed.startBare('middleware'), ...(await bed.startPrograms())]
  const measured = [raw, plugin, gateway, again]
  const [first] = works
  for (const proxy of measured) if (first) await bed.send(proxy, first, effort.warmUp)
  for (const work of works) {
    const samples = new Map<ProxyProcess, Sample[]>([...measured, ...others].map((proxy) => [proxy, []]))
    const take = async (proxies: readonly ProxyProcess[]): Promise<void> => {
      for (const proxy of proxies) samples.get(proxy)?.push(await bed.send(proxy, work, effort.milliseconds))
    }
    for (const proxy of samples.keys()) await bed.send(proxy, work, effort.milliseconds / 2)
    for (let round = 0; round < effort.rounds; round++) {
      await take(measured)
      if (round % 2 === 0) await take(others)
    }
    const cpu = (proxy: ProxyProcess): number =>
      median((samples.get(proxy) ?? []).map((sample) => sample.cpu))
    const speed = (proxy: ProxyProcess): number =>
      median((samples.get(proxy) ?? []).map(({ requests, seconds }) => requests / seconds))
    // As many requests to both, which leave both of them room: who is asked for all that it can has a queue.
    const p99 = await compareP99(bed, work, [gateway, raw], speed(gateway) / 2, effort)
    const line = (what: string, value: number, goal?: Line['goal']): Line => ({
      work: work.name,
      what,
      value,
      ...(goal && { goal }),
    })
    onWork({
      work,
      lines: [
        line('speed ÷ bare plugin', speed(gateway) / speed(plugin), { atLeast: work.goal.speed }),
        line('CPU ÷ raw', cpu(gateway) / cpu(raw), { atMost: work.goal.cpu }),
        line('p99 ÷ raw', p99, { atMost: p99Goal }),
        line('noise: gateway ÷ itself, speed', speed(gateway) / speed(again)),
        line('noise: gateway ÷ itself, CPU', cpu(gateway) / cpu(again)),
      ],
      proxies: [raw, gateway, ...others].map((proxy) => ({
        name: proxy.name,
        speed: speed(proxy) / speed(plugin),
        cpu: cpu(proxy) / cpu(raw),
      })),
      microseconds: { raw: cpu(raw), gateway: cpu(gateway) },
    })
  }
}

async function compareP99(
  bed: Bed,
  work: Work,
  [one, other]: readonly [ProxyProcess, ProxyProcess],
  rate: number,
  { rounds, milliseconds }: Effort,
): Promise<number> {
  const p99s: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds / 2; round++) {
    p99s[0].push((await bed.send(one, work, milliseconds, rate)).p99)
    p99s[1].push((await bed.send(other, work, milliseconds, rate)).p99)
  }
  return median(p99s[0]) / median(p99s[1])
}

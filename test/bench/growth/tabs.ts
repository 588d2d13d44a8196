import type { Effort } from '../effort.ts'
import { type Line, median } from '../line.ts'
import { cpuSeconds } from '../processes.ts'
import { clients, meetPerson } from '../sign-ins/person.ts'
import type { SignInBed } from '../sign-ins/worlds.ts'

const tabs = 50
/** Whose cost is told, at the beginning and at the end. */
const some = 10
/** What counts as flat. */
const flat = 1.1

/** What an authorization request of one browser costs among many that it has open. */
export async function measureTabs({ withGateway }: SignInBed, { rounds }: Effort): Promise<Line[]> {
  const ratios: number[] = []
  for (let round = 0; round < rounds * 3; round++) {
    const person = await meetPerson(withGateway.origin)
    const costs: number[] = []
    for (let open = 0; open < tabs; open += some) {
      const before = cpuSeconds(withGateway.gatewayPid)
      for (let tab = 0; tab < some; tab++) await person.open(clients.web)
      costs.push(cpuSeconds(withGateway.gatewayPid) - before)
    }
    await person.close()
    // The first browser has what is warm for nobody yet.
    if (round > 0) ratios.push((costs.at(-1) ?? 0) / (costs[0] ?? 0))
  }
  const what = `${tabs} tabs ÷ the first ${some}, CPU`
  return [{ work: 'authorization request', what, value: median(ratios), goal: { atMost: flat } }]
}

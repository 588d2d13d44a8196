import type { Effort } from '../effort.ts'
import { type Line, median } from '../line.ts'
import type { Bed } from '../speed/bed.ts'
import { works } from '../speed/work.ts'

const many = 10_000
/** What counts as flat. */
const flat = 1.1

/** What an authorization request costs among many clients. */
export async function measureClients(bed: Bed, effort: Effort): Promise<Line[]> {
  const clients = Object.fromEntries(
    Array.from({ length: many }, (_, at) => [
      `client-${at}`,
      { mode: 'enforce', redirectUris: [`https://client-${at}.example.com/cb`] },
    ]),
  )
  const one = await bed.startGateway('one-client')
  const crowd = await bed.startGateway('many-clients', { clients })
  const work = works.find(({ name }) => name.startsWith('authorize'))
  if (!work) throw new Error('no authorization request among what is measured')
  const [ones, crowds]: [number[], number[]] = [[], []]
  for (const proxy of [one, crowd]) await bed.send(proxy, work, effort.warmUp)
  for (let round = 0; round < effort.rounds; round++) {
    ones.push((await bed.send(one, work, effort.milliseconds)).cpu)
    crowds.push((await bed.send(crowd, work, effort.milliseconds)).cpu)
  }
  const ratio = median(crowds) / median(ones)
  const what = `${many.toLocaleString('en')} clients ÷ 1, CPU`
  return [{ work: 'authorization request', what, value: ratio, goal: { atMost: flat } }]
}

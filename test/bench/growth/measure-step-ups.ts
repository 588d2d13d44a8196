import { missing, startRedis } from '../../lab/redis/server.ts'
import type { Effort } from '../effort.ts'
import type { Line } from '../line.ts'
import { ask, type Processes } from '../processes.ts'
import type { Filled, Times } from './step-ups.ts'

/** What counts as flat; it is told by the clock. */
const flat = 1.2
/** Sign-ins: until what is hot is compiled, and then among none and among many. */
const [warmUp, tries] = [100, 30]

/** What open step-ups take, and what one more sign-in costs among them: in memory, and on a server. */
export async function measureStepUps(processes: Processes, effort: Effort): Promise<Line[]> {
  const inMemory = await measureIn(processes, 'memory', effort)
  if (missing !== undefined) return inMemory
  const server = await startRedis()
  try {
    const usedMemory = async (): Promise<number> => {
      const [, used] = /^used_memory:(\d+)/m.exec(String(await server.command('INFO', 'memory'))) ?? []
      return Number(used)
    }
    return [...inMemory, ...(await measureIn(processes, 'Redis', effort, server.url, usedMemory))]
  } finally {
    await server.close()
  }
}

async function measureIn(
  processes: Processes,
  store: string,
  { openStepUps: count }: Effort,
  url?: string,
  usedMemory?: () => Promise<number>,
): Promise<Line[]> {
  const lab = processes.fork('growth/step-ups.js', ['--expose-gc'])
  await ask<Times>(lab, { ...(url !== undefined && { url }), try: warmUp })
  const empty = await ask<Times>(lab, { try: tries })
  const usedBefore = await usedMemory?.()
  const filled = await ask<Filled>(lab, { fill: count })
  const used = usedBefore === undefined ? undefined : Number(await usedMemory?.()) - usedBefore
  const crowded = await ask<Times>(lab, { try: tries })
  lab.kill()
  const work = `${count.toLocaleString('en')} open step-ups, ${store}`
  return [
    { work, what: 'bytes each', value: used === undefined ? filled.bytes : used / count },
    ...(url === undefined ? [{ work, what: 'kept in the usual room', value: filled.kept }] : []),
    { work, what: 'store alone, µs to open one', value: filled.microseconds },
    { work, what: 'sign-in until its challenge, ms', value: crowded.open },
    { work, what: 'sign-in from there to tokens, ms', value: crowded.finish },
    {
      work,
      what: 'until its challenge ÷ when empty',
      value: crowded.open / empty.open,
      goal: { atMost: flat },
    },
    { work, what: 'from there ÷ when empty', value: crowded.finish / empty.finish, goal: { atMost: flat } },
  ]
}

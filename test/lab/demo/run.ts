import { ConfigError } from '../../../src/config/config-error.ts'
import { startDemo } from './demo-world.ts'
import { findTakenPort, listDemoPorts, parsePortBase } from './ports.ts'
import { describeDemo, describeLogLine } from './words.ts'

const closingTakesAtMostMs = 5_000

/** Runs the demo until Ctrl-C; answers the exit code. */
export async function runDemo(): Promise<number> {
  const stop = new AbortController()
  // A terminal's Ctrl-C arrives twice: npm passes it on. Once is enough.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort())
  try {
    const base = parsePortBase(process.env['LAB_PORT_BASE'])
    const taken = await findTakenPort(listDemoPorts(base))
    if (taken !== undefined)
      throw new Error(`port ${taken} is taken by another process; stop it, or set LAB_PORT_BASE`)
    const demo = await startDemo(base, (line) => process.stdout.write(describeLogLine(line) ?? ''))
    process.stdout.write(describeDemo(demo))
    if (!stop.signal.aborted)
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
    process.stdout.write('\nstopping\n')
    setTimeout(() => process.exit(1), closingTakesAtMostMs).unref()
    await demo.close()
    return 0
  } catch (error) {
    const fault = error instanceof ConfigError || !(error instanceof Error) ? error : error.message
    process.stderr.write(`${fault instanceof ConfigError ? fault.message : fault}\n`)
    return 1
  }
}

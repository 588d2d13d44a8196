import { getHeapStatistics } from 'node:v8'
import { loadConfig } from '../config/load.ts'
import { type LogLevel, logLevels } from '../config/schema/log-schema.ts'
import { buildGateway } from '../gateway.ts'
import { createLog } from '../telemetry/log.ts'
import { logTracing } from '../telemetry/tracing-lines.ts'
import { openTracing } from '../tracing/open-tracing.ts'
import { type CommandContext, parseConfigOption, UsageError } from './command.ts'

/** `start --config FILE`: runs the gateway until the process is asked to end. */
export async function start(context: CommandContext): Promise<number> {
  const config = loadConfig(parseConfigOption(context.args), context.env)
  const level = readLevel(context.env['LOG_LEVEL']) ?? config.log.level
  const { heap_size_limit: heapBytes } = getHeapStatistics()
  const log = createLog({ level })
  const tracing = await openTracing(context.env, logTracing(log))
  return runGateway(await buildGateway(config, { log, heapBytes, tracing }), context)
}

/** The level that the environment sets; empty is unset. */
function readLevel(value: string | undefined): LogLevel | undefined {
  const level = logLevels.find((known) => known === value)
  if (level === undefined && value !== undefined && value !== '')
    throw new UsageError(`LOG_LEVEL is none of ${logLevels.join(', ')}`)
  return level
}

/** What is started and ended: a gateway. */
export interface Service {
  /** Resolves once requests are answered; rejects if an address can't be listened on. */
  listen(): Promise<void>
  /** Resolves once the requests under way are answered. */
  close(): Promise<void>
}

/** Listens until the process is asked to end, then closes; answers the exit code. */
export async function runGateway(
  gateway: Service,
  { stderr, stop }: Pick<CommandContext, 'stderr' | 'stop'>,
): Promise<number> {
  try {
    await gateway.listen()
  } catch (error) {
    await gateway.close()
    const fault = explainListenError(error, 'listen and admin in the configuration')
    if (fault === undefined) throw error
    stderr.write(`${fault}\n`)
    return 1
  }
  await untilStopped({ stop })
  await gateway.close()
  return 0
}

/** Resolves once the process is asked to end. */
export async function untilStopped({ stop }: Pick<CommandContext, 'stop'>): Promise<void> {
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
}

const listenFaults = new Map([
  ['EADDRINUSE', 'is taken by another process'],
  ['EACCES', "can't be used by this user"],
  ['EADDRNOTAVAIL', 'is not an address of this machine'],
  ['ENOTFOUND', 'is not an address of this machine'],
])

/** Why an address can't be listened on; undefined for an error of another kind. @param where it is set. */
export function explainListenError(error: unknown, where: string): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const fault = listenFaults.get(String(error.code))
  if (fault === undefined) return undefined
  const name = 'address' in error ? error.address : 'hostname' in error ? error.hostname : 'the address'
  const port = 'port' in error ? ` port ${error.port}` : ''
  return `can't listen: ${name}${port} ${fault} (${where})`
}

import { setTimeout } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { createFiles } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import { type LogLevel, logLevels } from '../config/schema/log-schema.ts'
import { buildGateway } from '../gateway.ts'
import { createReloader, type Reloader } from '../reload/reloader.ts'
import { createLog } from '../telemetry/log.ts'
import { logTracing } from '../telemetry/tracing-lines.ts'
import { openTracing } from '../tracing/open-tracing.ts'
import { type CommandContext, parseConfigOption, UsageError } from './command.ts'

/** `start --config FILE`: runs the gateway, and reloads its configuration, until the process is asked to end. */
export async function start(context: CommandContext): Promise<number> {
  const { args, env, onHangup } = context
  const file = parseConfigOption(args)
  const files = createFiles()
  const config = loadConfig(file, env, files)
  const level = readLevel(env['LOG_LEVEL'])
  const log = createLog({ level: level ?? config.log.level })
  const { heap_size_limit: heapBytes } = getHeapStatistics()
  const tracing = await openTracing(env, logTracing(log))
  const gateway = await buildGateway(config, { log, heapBytes, tracing })
  const reloader = createReloader(config, files, {
    load: (anew) => loadConfig(file, env, anew),
    async apply(next) {
      await gateway.apply(next)
      log.level = level ?? next.log.level
    },
    keysForRestart: () => gateway.keysForRestart,
    reloads: gateway.reloads,
    wait: (ms, signal) => setTimeout(ms, undefined, { signal, ref: false }),
  })
  onHangup(reloader.ask)
  return runGateway(withReloads(gateway, reloader), context)
}

/** Its configuration is reloaded while it runs. */
function withReloads(gateway: Service, reloader: Pick<Reloader, 'start' | 'stop' | 'ended'>): Service {
  return {
    async listen() {
      await gateway.listen()
      reloader.start()
    },
    async close() {
      reloader.stop()
      await gateway.close()
      await reloader.ended
    },
  }
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

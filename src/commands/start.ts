import { getHeapStatistics } from 'node:v8'
import { buildGateway } from '../app.ts'
import { loadConfig } from '../config/load.ts'
import { createLog } from '../telemetry/log.ts'
import { type CommandContext, parseConfigOption } from './command.ts'
import { runGateway } from './run-gateway.ts'

/** `start --config FILE`: runs the gateway until the process is asked to end. */
export async function start(context: CommandContext): Promise<number> {
  const config = loadConfig(parseConfigOption(context.args), context.env)
  const { heap_size_limit: heapBytes } = getHeapStatistics()
  return runGateway(await buildGateway(config, { log: createLog(), heapBytes }), context)
}

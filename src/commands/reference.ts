import { type CommandContext, UsageError } from './command.ts'
import { describeLog } from './reference/describe-log.ts'
import { describeMetrics } from './reference/describe-metrics.ts'

const references: ReadonlyMap<string, () => string> = new Map([
  ['log', describeLog],
  ['metrics', describeMetrics],
])

/**
 * `reference [log|metrics]`: prints every line of the log and every reason, with what to do about it (docs/log.md), or
 * every metric (docs/metrics.md).
 */
export async function printReference({ args, stdout }: CommandContext): Promise<number> {
  const [name = 'log', ...more] = args
  const describe = references.get(name)
  if (describe === undefined || more.length > 0) throw new UsageError('reference knows log and metrics')
  stdout.write(describe())
  return 0
}

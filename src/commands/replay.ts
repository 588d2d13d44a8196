import { explainCounts, readAudit } from '../audit-reading/read-audit.ts'
import { loadConfig } from '../config/load.ts'
import { printReplay } from '../replay/print-replay.ts'
import { Replay } from '../replay/replay.ts'
import { toSafeJson } from '../terminal/safe-json.ts'
import { type CommandContext, UsageError } from './command.ts'
import { chooseLogs, parseLogOptions } from './log-options.ts'

const options = {
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/**
 * `replay --config FILE [--json] [LOG …]`: what this configuration would have decided about the sign-ins of a log. Exit
 * code 1 if a log can't be read or has no audit line.
 */
export async function replay({ args, env, stdin, stdout, stderr }: CommandContext): Promise<number> {
  const { values, positionals } = parseLogOptions(args, options)
  if (!values.config) throw new UsageError('--config FILE is missing')
  const replayed = new Replay(loadConfig(values.config, env))
  const lines = await readAudit(chooseLogs(positionals, stdin), (line) => replayed.add(line))
  if (lines.audit === 0) {
    stderr.write(`${explainCounts(lines).join('\n')}\n`)
    return 1
  }
  const found = replayed.read()
  const text = values.json ? toSafeJson(found, 2) : printReplay(found, lines).join('\n')
  stdout.write(`${text}\n`)
  return 0
}

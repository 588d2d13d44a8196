import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type Log, openLog, openLogs } from '../audit-reading/open-logs.ts'
import { type CommandContext, UsageError } from './command.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** The options of a command that reads logs, and what else it was given. @throws {UsageError} */
export function parseLogOptions<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // Node says which option it does not know, and which lacks its value.
    throw new UsageError((error as Error).message, { cause: error })
  }
}

/** The named logs, else what is piped in. @throws {UsageError} if that is nothing. */
export function chooseLogs(files: readonly string[], stdin: CommandContext['stdin']): Log[] {
  if (files.length > 0) return openLogs(files)
  if (stdin.isTTY) throw new UsageError("name files of the gateway's log, or pipe it in")
  return [openLog('standard input', stdin)]
}

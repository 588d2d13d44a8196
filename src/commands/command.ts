import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'

/** What a command needs of the process, so that tests can run it without one. */
export interface CommandContext {
  /** The arguments behind the command's name. */
  readonly args: readonly string[]
  readonly env: Record<string, string | undefined>
  /** What is piped in; `isTTY` where nothing is, and a person types. */
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  /** Aborted when the process is asked to end. */
  readonly stop: AbortSignal
  /** Hears each SIGHUP from now on; while nobody does, it ends the process. */
  readonly onHangup: (hear: () => void) => void
}

/**
 * A command; resolves with the exit code. What it throws is printed, with exit code 1, or 2 for the operator's mistake.
 */
export type Command = (context: CommandContext) => Promise<number>

/** The arguments make no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The file that `--config` names; throws a UsageError if it is missing or anything else is there. */
export function parseConfigOption(args: readonly string[]): string {
  const { config } = parseOptions(args)
  if (config === undefined || config === '') throw new UsageError('--config FILE is missing')
  return config
}

/** Refuses arguments where a command takes none. */
export function refuseArguments(args: readonly string[]): void {
  const [first] = args
  if (first !== undefined) throw new UsageError('this command takes no arguments')
}

function parseOptions(args: readonly string[]): { config?: string } {
  try {
    return parseArgs({ args: [...args], options: { config: { type: 'string' } } }).values
  } catch (error) {
    throw new UsageError('expected --config FILE and nothing else', { cause: error })
  }
}

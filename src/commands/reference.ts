import { type CommandContext, refuseArguments } from './command.ts'
import { describeLog } from './reference/describe-log.ts'

/** `reference`: prints every line of the log and every reason, with what to do about it (docs/log.md). */
export async function printReference({ args, stdout }: CommandContext): Promise<number> {
  refuseArguments(args)
  stdout.write(describeLog())
  return 0
}

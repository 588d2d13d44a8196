import { buildJsonSchema } from '../config/json-schema.ts'
import { type CommandContext, refuseArguments } from './command.ts'

/** `schema`: prints the JSON Schema of the configuration file. */
export async function printSchema({ args, stdout }: CommandContext): Promise<number> {
  refuseArguments(args)
  stdout.write(`${JSON.stringify(buildJsonSchema(), null, 2)}\n`)
  return 0
}

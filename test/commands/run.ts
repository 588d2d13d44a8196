import { Readable } from 'node:stream'
import type { Command, CommandContext } from '../../src/commands/command.ts'

/** Runs a command without a process; answers its exit code and what it wrote. */
export async function runCommand(
  command: Command,
  args: string[],
  env: Record<string, string> = {},
  stdin: CommandContext['stdin'] = Readable.from([]),
) {
  const written = { stdout: '', stderr: '' }
  const code = await command({
    args,
    env,
    stdin,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    stop: new AbortController().signal,
    onHangup: () => {},
  })
  return { code, ...written }
}

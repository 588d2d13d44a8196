import { Readable } from 'node:stream'
import type { Command } from '../../src/commands/command.ts'

/** Runs a command without a process; answers its exit code and what it wrote. */
export async function runCommand(command: Command, args: string[], env: Record<string, string> = {}) {
  const written = { stdout: '', stderr: '' }
  const code = await command({
    args,
    env,
    stdin: Readable.from([]),
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    stop: new AbortController().signal,
  })
  return { code, ...written }
}

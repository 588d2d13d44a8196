import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parse } from 'yaml'

/** The section that the command prints for the gateway's configuration. */
export type PrintedSection = { apiUrl: string; apiSecretKey: string; challengeHosts: string[] }

/** `step-up-gateway rehearse` as a process of its own; resolves once it has printed what to write into the configuration. */
export async function startRehearsal(t: Test, args: readonly string[]) {
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')
  const child = spawn(process.execPath, [...process.execArgv, main, 'rehearse', ...args])
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('output')
    })
  child.on('exit', () => child.emit('output'))
  while (!output.includes('Ctrl-C ends it.')) {
    if (child.exitCode !== null) throw new Error(`the rehearsal ended: ${output}`)
    await once(child, 'output')
  }
  const { authsignal } = parse(/^authsignal:\n(?: .*\n)+/m.exec(output)?.[0] ?? '') as {
    authsignal: PrintedSection
  }
  return {
    ...authsignal,
    authsignal,
    hostedUrl: String(authsignal.challengeHosts[0]),
    output,
    /** Ends it as Ctrl-C does; resolves with its exit code. */
    stop: async () => {
      child.kill('SIGINT')
      const [code] = await ended
      return code as number | null
    },
  }
}

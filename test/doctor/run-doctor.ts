import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import { doctor } from '../../src/commands/doctor.ts'
import { overlay } from '../../src/config/yaml/values.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import type { Yaml } from '../lab/start-gateway.ts'

type Line = (Finding | { readonly kind: 'skipped'; readonly because: readonly string[] }) & {
  readonly examination: string
}

export interface Doctored {
  readonly code: number
  readonly lines: readonly Line[]
  /** `id: about -> fix` of what is wrong. */
  readonly wrong: readonly string[]
  readonly output: string
}

/** How a test has `doctor` run. */
export interface Doctoring {
  /** Laid over the configuration. */
  readonly change?: Yaml
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
  /** What the person does: gets what is said, and answers the line that is typed; undefined ends the input. */
  readonly onSay?: (text: string) => Promise<string | undefined>
}

/** Runs the command against a configuration, and reads what it prints for scripts. */
export async function runDoctor(t: Test, yaml: Yaml, doctoring: Doctoring = {}): Promise<Doctored> {
  const { change = {}, args = [], env = {}, onSay } = doctoring
  const file = join(t.testdir({ 'gateway.yaml': stringify(overlay(yaml, change)) }), 'gateway.yaml')
  const stdin = new PassThrough()
  let stdout = ''
  let stderr = ''
  const code = await doctor({
    args: ['--config', file, '--json', ...args],
    env,
    stdin,
    stdout: { write: (text) => (stdout += text) },
    stderr: {
      write(text) {
        stderr += text
        void onSay?.(text).then((line) => (line === undefined ? stdin.end() : stdin.write(`${line}\n`)))
      },
    },
    stop: new AbortController().signal,
    onHangup: () => {},
  })
  const lines: Line[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return {
    code,
    lines,
    wrong: lines.flatMap((line) =>
      line.kind === 'wrong' ? [`${line.id}: ${line.about} -> ${line.fix}`] : [],
    ),
    output: stdout + stderr,
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { Test } from 'tap'
import { root } from './operator-guide.ts'

/** A command that ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that goes on until Ctrl-C. */
export interface Ongoing {
  readonly ended: Promise<Ended>
  /** Waits until its standard output has this, and gives all of that output. @throws Error if it ends before */
  until(pattern: RegExp): Promise<string>
  /** Presses Ctrl-C, and waits until it has ended. */
  interrupt(): Promise<Ended>
}

/** Where an operator types: a shell in a folder of its own, with the alias and the secrets of README. */
export interface Terminal {
  run(command: string): Promise<Ended>
  open(command: string): Ongoing
}

/** Ends the whole group when nobody holds the other end of its fourth file any more, even if that end was killed. */
const guard = '{ cat <&3; kill -9 0; } > /dev/null 2>&1 & exec 3<&-'

export function openTerminal(
  t: Test,
  folder: string,
  { alias, secrets }: { readonly alias: string; readonly secrets: Readonly<Record<string, string>> },
): Terminal {
  const open = (command: string): Ongoing => {
    // The alias is made where README makes it: in the project's folder.
    const script = [guard, 'shopt -s expand_aliases', alias, 'cd "$OPERATOR_FOLDER"', command].join('\n')
    const child = spawn('bash', ['-c', script], {
      cwd: root,
      env: { ...process.env, ...secrets, OPERATOR_PROJECT: root, OPERATOR_FOLDER: folder },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A group of its own, as a terminal gives each command: Ctrl-C reaches all of it.
      detached: true,
    })
    t.teardown(() => letGo(child))
    return follow(command, child)
  }
  return { open, run: (command) => open(command).ended }
}

function follow(command: string, child: ChildProcess): Ongoing {
  const written = { stdout: '', stderr: '' }
  const output = new EventEmitter()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      output.emit('change')
    })
  }
  let hasEnded = false
  // Not 'close': the guard goes on until it is let go.
  const outputs = [child.stdout, child.stderr].flatMap((stream) =>
    stream === null ? [] : [once(stream, 'close')],
  )
  const ended = Promise.all([once(child, 'exit'), ...outputs]).then(([[code]]): Ended => {
    hasEnded = true
    letGo(child)
    output.emit('change')
    return { code, ...written }
  })
  return {
    ended,
    until: async (pattern) => {
      while (!pattern.test(written.stdout)) {
        if (hasEnded) throw new Error(`${command} ended:\n${written.stdout}${written.stderr}`)
        await once(output, 'change')
      }
      return written.stdout
    },
    interrupt: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      return ended
    },
  }
}

const letGo = ({ stdio }: ChildProcess): void => {
  stdio[3]?.destroy()
}

import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A person at a terminal. */
export interface Dialog {
  say(text: string): void
  /** The next line, without white space around it; undefined if there is none any more. */
  ask(): Promise<string | undefined>
  close(): void
}

/** @param output gets what is said; what is found goes elsewhere. */
export function openDialog(input: Readable, output: { write(text: string): unknown }): Dialog {
  const reader = createInterface({ input })
  const lines = reader[Symbol.asyncIterator]()
  return {
    say: (text) => void output.write(`${text}\n`),
    async ask() {
      const { value, done } = await lines.next()
      return done ? undefined : String(value).trim()
    },
    close: () => reader.close(),
  }
}

import { ConfigError } from '../config/config-error.ts'
import { versionOf } from '../config/config-version.ts'
import { createFiles, type Files } from '../config/files.ts'
import type { Config } from '../config/schema/schema.ts'
import type { Gateway } from '../gateway.ts'
import { lookAgain, type WasRead } from './look-again.ts'

export interface ReloaderParts {
  readonly apply: Gateway['apply']
  readonly keysForRestart: () => Gateway['keysForRestart']
  /** Learns the result. */
  readonly reloads: Gateway['reloads']
  /** @throws {ConfigError} if the configuration can't be used. */
  readonly load: (files: Files) => Config
  /** Resolves after so many milliseconds; rejects if `signal` is aborted before. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Gives the gateway its configuration anew, whenever that has changed. */
export interface Reloader {
  /** Begins to look. */
  start(): void
  /** Loads the configuration whether or not it has changed: somebody asked for it. */
  ask(): void
  /** Looks no more. */
  stop(): void
  /** Resolves once it was stopped and nothing is under way. */
  readonly ended: Promise<void>
}

/** What is written in several steps, by an editor or a copy, is complete after this. */
const settlingMs = 500

/** The result of one attempt to load. */
type Attempt = { readonly read: WasRead } & ({ readonly config: Config } | { readonly error: unknown })

/**
 * Looks at all files of the configuration every `reload.interval`. A change is loaded once nothing changes any more, and
 * all files together, so that half of it is never in effect. What can't be used leaves the configuration before; if that
 * is not because of its files, it is tried again.
 *
 * @param config what the gateway runs on.
 * @param files what it was read from.
 */
export function createReloader(
  config: Config,
  files: WasRead,
  { apply, keysForRestart, reloads, load, wait }: ReloaderParts,
): Reloader {
  const stopped = new AbortController()
  let wake = new AbortController()
  let read: WasRead = { seen: files.seen, kept: files.kept }
  let intervalMs = config.reload.interval
  let isAsked = false
  let isToRetry = false
  let ended: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    for (;;) {
      if (!isAsked) await nextLook()
      if (stopped.signal.aborted) return
      const wasAsked = isAsked
      isAsked = false
      if (wasAsked || isToRetry || (await hasChanged())) await reload(wasAsked)
    }
  }

  /** Resolves when it is time to look, when somebody asks, or at the end. */
  async function nextLook(): Promise<void> {
    wake = new AbortController()
    const signal = AbortSignal.any([wake.signal, stopped.signal])
    if (intervalMs > 0) await wait(intervalMs, signal).catch(() => undefined)
    else if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }

  async function hasChanged(): Promise<boolean> {
    const now = await lookAgain(read)
    read = now ?? read
    return now === undefined
  }

  async function reload(wasAsked: boolean): Promise<void> {
    const attempt = await loadSettled(wasAsked)
    read = attempt.read
    if (stopped.signal.aborted) return
    try {
      if ('error' in attempt) throw attempt.error
      await apply(attempt.config)
      intervalMs = attempt.config.reload.interval
      isToRetry = false
      reloads.applied(versionOf(attempt.config), keysForRestart())
    } catch (error) {
      if (stopped.signal.aborted) return
      isToRetry = !(error instanceof ConfigError)
      reloads.refused(error, wasAsked)
    }
  }

  /** Loads until all that was read is still the same afterwards. */
  async function loadSettled(isAtOnce: boolean): Promise<Attempt> {
    for (let waits = !isAtOnce; ; waits = true) {
      const attempt = loadOnce()
      if (waits) await wait(settlingMs, stopped.signal).catch(() => undefined)
      const now = stopped.signal.aborted ? attempt.read : await lookAgain(attempt.read)
      if (now) return { ...attempt, read: now }
    }
  }

  function loadOnce(): Attempt {
    const found = createFiles(read)
    const readNow = { seen: found.seen, kept: found.kept }
    try {
      return { config: load(found), read: readNow }
    } catch (error) {
      return { error, read: readNow }
    }
  }

  return {
    start() {
      ended = run()
    },
    ask() {
      isAsked = true
      wake.abort()
    },
    stop() {
      stopped.abort()
    },
    get ended() {
      return ended
    },
  }
}

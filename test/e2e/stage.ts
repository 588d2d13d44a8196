import type { Test } from 'tap'
import { Browser } from '../lab/browser.ts'
import { startWorld, type World, type WorldOptions } from '../lab/world.ts'

/** A world whose gateway is ready, until the test ends. */
export async function openWorld(t: Test, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(options)
  t.teardown(() => world.close())
  await world.gateway.provider.ready()
  return world
}

/** A browser that has been nowhere, until the test ends. */
export function openBrowser(t: Test): Browser {
  const browser = new Browser()
  t.teardown(() => browser.close())
  return browser
}

/** The session at the OP has ended in this browser: its cookies are gone, those that the gateway set stay. */
export async function forgetSession({ publicUrl }: World, { jar }: Browser): Promise<void> {
  for (const { domain, path, key } of await jar.getCookies(publicUrl)) {
    if (key !== 'step-up' && key !== 'step-up-device')
      await jar.store.removeCookie(domain ?? '', path ?? '', key)
  }
}

/** What a shared world writes down and does from now on. */
export interface Watch {
  /** Audit lines of one kind. */
  audit(kind: string): Record<string, unknown>[]
  /** How often Authsignal was asked. */
  tracks(): number
  /** Requests that reached the OP, as `METHOD /path`. */
  atOp(): string[]
  /** All log lines. */
  log(): string
}

export function watch(world: World): Watch {
  const { log, op, authsignal } = world
  const [lines, requests, tracks] = [log.length, op.requests.length, authsignal.control.tracks.length]
  return {
    audit: (kind) =>
      log
        .slice(lines)
        .map((line) => JSON.parse(line))
        .filter(({ audit }) => audit === kind),
    tracks: () => authsignal.control.tracks.length - tracks,
    atOp: () => op.requests.slice(requests).map(({ method, url }) => `${method} ${url.split('?', 1)}`),
    log: () => log.slice(lines).join(''),
  }
}

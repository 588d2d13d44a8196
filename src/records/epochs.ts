import { createId, hashOf } from '../hash.ts'
import type { Collection } from '../store/collection.ts'
import type { Owner } from '../store/store.ts'

/** What may end: a session at the OP, all sessions of a user there, or the session that a browser is in. */
export const epochOf = {
  session: (sid: string): string => hashOf('sid', sid),
  user: (sub: string): string => hashOf('sub', sub),
  browser: (id: string): string => hashOf('browser', id),
}

/**
 * Lets proofs and passes end with the session that they belong to: their keys hold the current epoch of each name,
 * and an epoch that ended leads to none of them. So does one that the store lost.
 */
export interface Epochs {
  /** What is to be part of a key; undefined if something named here has no epoch. */
  current(names: readonly string[]): Promise<string | undefined>
  /**
   * The same, after epochs have begun that were missing; all of them last for another while.
   *
   * @param owner the user whose doing it is.
   */
  begin(names: readonly string[], owner: Owner): Promise<string>
  /** @returns whose epoch ended, if anything was begun in it. */
  end(name: string): Promise<string | undefined>
  /** Whether anything was begun that its end would undo. */
  hasBegun(name: string): Promise<boolean>
}

/** One span of time in which nothing ended. */
export interface Epoch {
  readonly id: string
  /** The user who began something in it. */
  readonly subject?: string | undefined
}

export function createEpochs(epochs: Collection<Epoch>): Epochs {
  async function beginOne(name: string, owner: Owner): Promise<string> {
    const id = createId()
    const subject = owner.name
    if (await epochs.add(name, { id, subject }, owner)) return id
    // Writing it again extends its life.
    const kept = await epochs.update(name, (epoch) => ({ ...epoch, subject }))
    return kept?.id ?? beginOne(name, owner)
  }

  return {
    async current(names) {
      const found = await Promise.all(names.map((name) => epochs.get(name)))
      return found.includes(undefined) ? undefined : hashOf(...found.map((epoch) => epoch?.id))
    },
    begin: async (names, owner) => hashOf(...(await Promise.all(names.map((name) => beginOne(name, owner))))),
    async end(name) {
      let subject: string | undefined
      await epochs.update(name, (epoch) => {
        subject = epoch.subject
        return { id: createId() }
      })
      return subject
    },
    hasBegun: async (name) => (await epochs.get(name))?.subject !== undefined,
  }
}

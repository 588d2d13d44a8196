import { createId, hashOf } from '../hash.ts'
import type { Collection } from '../store/collection.ts'
import type { Owner } from '../store/store.ts'

/**
 * What may end: a session at the OP, all sessions of a user there, the session that a browser is in, or whatever a user
 * has shown in any browser (`forget`).
 */
export const epochOf = {
  session: (sid: string): string => hashOf('sid', sid),
  user: (sub: string): string => hashOf('sub', sub),
  subject: (subject: string): string => hashOf('subject', subject),
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
   * @param held the id of one of them in which this belongs, even if that epoch has ended meanwhile.
   */
  begin(names: readonly string[], owner: Owner, held?: HeldEpoch): Promise<string>
  /** The id of one epoch, which begins if it was missing, and lasts for another while. */
  enter(name: string, owner: Owner): Promise<string>
  /** The id of one epoch; undefined where it is missing. */
  idOf(name: string): Promise<string | undefined>
  /** @returns whose epoch ended, if anything was begun in it. */
  end(name: string): Promise<string | undefined>
  /** Begins another epoch in any case. @returns whether there was one before. */
  renew(name: string, owner: Owner): Promise<boolean>
  /** Whether anything was begun that its end would undo. */
  hasBegun(name: string): Promise<boolean>
}

/** An epoch that something began in, and what follows from it belongs to. */
export interface HeldEpoch {
  readonly name: string
  readonly id: string
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
    async begin(names, owner, held) {
      const ids = await Promise.all(names.map((name) => beginOne(name, owner)))
      // guard: held-epoch
      return hashOf(...names.map((name, index) => (name === held?.name ? held.id : ids[index])))
    },
    enter: beginOne,
    idOf: async (name) => (await epochs.get(name))?.id,
    async end(name) {
      let subject: string | undefined
      await epochs.update(name, (epoch) => {
        subject = epoch.subject
        return { id: createId() }
      })
      return subject
    },
    async renew(name, owner) {
      const before = await epochs.get(name)
      await epochs.set(name, { id: createId(), subject: owner.name }, owner)
      return before !== undefined
    },
    hasBegun: async (name) => (await epochs.get(name))?.subject !== undefined,
  }
}

import type { Adapter, AdapterPayload } from 'oidc-provider'

/** Where the lab's OP keeps its state: sessions, grants, codes, tokens. Tests may look and forget. */
export interface OpStore {
  /** What oidc-provider asks for: an adapter for each of its models. */
  readonly adapter: (model: string) => Adapter
  /** How many live entries a model has ('Session', 'AuthorizationCode', 'Grant' …). */
  count(model: string): number
  /** Forgets all entries of a model, as if they had expired. */
  forget(model: string): void
}

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/** A store in memory without a bound: oidc-provider's own one warns on the console and keeps 1000 entries. */
export function createOpStore(): OpStore {
  const models = new Map<string, Map<string, Entry>>()
  const entriesOf = (model: string): Map<string, Entry> => {
    const entries = models.get(model) ?? new Map<string, Entry>()
    models.set(model, entries)
    return entries
  }
  return {
    adapter: (model) => createAdapter(entriesOf(model), models),
    count: (model) => [...entriesOf(model).values()].filter(isAlive).length,
    forget: (model) => entriesOf(model).clear(),
  }
}

function isAlive(entry: Entry): boolean {
  return entry.expiresAt > Date.now()
}

function createAdapter(entries: Map<string, Entry>, models: Map<string, Map<string, Entry>>): Adapter {
  const findBy = async (
    matches: (payload: AdapterPayload) => boolean,
  ): Promise<AdapterPayload | undefined> => {
    const found = [...entries.values()].find((entry) => isAlive(entry) && matches(entry.payload))
    return found === undefined ? undefined : structuredClone(found.payload)
  }
  return {
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000
      entries.set(id, { payload: structuredClone(payload), expiresAt })
    },
    find: async (id) => {
      const entry = entries.get(id)
      return entry !== undefined && isAlive(entry) ? structuredClone(entry.payload) : undefined
    },
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const entry = entries.get(id)
      if (entry !== undefined) entry.payload['consumed'] = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => {
      entries.delete(id)
    },
    revokeByGrantId: async (grantId) => {
      for (const [name, model] of models) {
        if (name === 'Interaction') continue
        for (const [id, entry] of model) if (entry.payload.grantId === grantId) model.delete(id)
      }
    },
  }
}

import { hashOf } from '../../hash.ts'
import type { Ask, InFlightRequest, Records } from '../../records/records.ts'
import type { Owner } from '../../store/store.ts'

/** More requests than people have open at once that their answers don't distinguish. */
const maxAlike = 8

/** A request in flight, and its key in the store. */
export interface Found {
  readonly id: string
  readonly request: InFlightRequest
}

/** The requests of a browser whose answers look alike. */
export interface Alike {
  /** The latest last. */
  readonly found: readonly Found[]
  /** What further ones asked for that are no longer distinguished, by client. */
  readonly further: readonly Ask[]
}

/** The requests of a browser whose answer goes there. */
export async function findAlike(
  records: Records,
  browserIds: readonly string[],
  correlation: string,
): Promise<Alike> {
  const indexed = await Promise.all(
    browserIds.map((browser) =>
      records.inFlightIds.get(/* guard: requests-of-this-browser */ hashOf(browser, correlation)),
    ),
  )
  const ids = new Set(indexed.flatMap((entry) => entry?.ids ?? []))
  const requests = await Promise.all(
    Array.from(ids, async (id) => ({ id, request: await records.inFlight.get(id) })),
  )
  const found = requests
    .flatMap(({ id, request }) => (request ? [{ id, request }] : []))
    .sort((one, other) => one.request.startedAt - other.request.startedAt)
  return { found, further: indexed.flatMap((entry) => entry?.further ?? []) }
}

/**
 * Lets a request be found among those whose answers look alike. The oldest of too many is not forgotten, but what it
 * asks for is all that is kept of it.
 *
 * @param key of the browser and where the answer goes.
 */
export async function indexRequest(records: Records, key: string, id: string, owner: Owner): Promise<void> {
  const known = await records.inFlightIds.get(key)
  const dropped = known?.ids.filter((other) => other !== id).slice(0, 1 - maxAlike) ?? []
  const forgotten = await Promise.all(dropped.map((other) => records.inFlight.get(other)))
  const asks = forgotten.flatMap((request) => (request ? [describeAsk(request)] : []))
  if (await records.inFlightIds.add(key, { ids: [id], further: [] }, owner)) return
  await records.inFlightIds.update(key, ({ ids, further }) => ({
    ids: [...ids.filter((other) => other !== id && !dropped.includes(other)), id],
    further: asks.reduce(addAsk, further),
  }))
}

const describeAsk = ({ clientId, scope, acrValues }: InFlightRequest): Ask => ({
  clientId,
  scope,
  acrValues,
})

function addAsk(asks: readonly Ask[], ask: Ask): readonly Ask[] {
  const same = asks.find(({ clientId }) => clientId === ask.clientId)
  return [...asks.filter((other) => other !== same), same ? askForBoth(same, ask) : ask]
}

/** A request that asks for what either of two asks for, so that the smaller one does not stand for the larger one. */
export function askForBoth<One extends Ask>(one: One, other: Ask): One {
  const acrValues = [...new Set([one.acrValues, other.acrValues].flatMap((text) => text?.split(' ') ?? []))]
  return {
    ...one,
    // guard: scope-of-both
    scope: [...new Set([...one.scope, ...other.scope])],
    ...(acrValues.length > 0 && { acrValues: acrValues.join(' ') }),
  }
}

/** Whether one request asks for nothing that the other one does not ask for. */
export function asksNoMore(one: Ask, other: Ask): boolean {
  const acrValues = other.acrValues?.split(' ') ?? []
  return (
    one.clientId === other.clientId &&
    one.scope.every((scope) => other.scope.includes(scope)) &&
    (one.acrValues?.split(' ') ?? []).every((value) => acrValues.includes(value))
  )
}

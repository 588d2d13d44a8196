import type { InFlightRequest, Records } from '../step-up/records.ts'
import { hashOf } from '../store/collection.ts'
import type { Owner } from '../store/store.ts'

/** More requests than people have open at once that can't be told apart by their answers. */
const maxAlike = 8

/** A request in flight, and its key in the store. */
export interface Found {
  readonly id: string
  readonly request: InFlightRequest
}

/** The requests of a browser whose answer goes there, the latest last. */
export async function findAlike(
  records: Records,
  browserIds: readonly string[],
  correlation: string,
): Promise<readonly Found[]> {
  const indexed = await Promise.all(
    browserIds.map((browser) => records.inFlightIds.get(hashOf(browser, correlation))),
  )
  const ids = new Set(indexed.flatMap((entry) => entry?.ids ?? []))
  const found = await Promise.all(
    Array.from(ids, async (id) => ({ id, request: await records.inFlight.get(id) })),
  )
  return found
    .flatMap(({ id, request }) => (request ? [{ id, request }] : []))
    .sort((one, other) => one.request.startedAt - other.request.startedAt)
}

/**
 * Lets a request be found among those whose answers look alike.
 *
 * @param key of the browser and where the answer goes.
 */
export async function indexRequest(records: Records, key: string, id: string, owner: Owner): Promise<void> {
  if (await records.inFlightIds.add(key, { ids: [id] }, owner)) return
  await records.inFlightIds.update(key, ({ ids }) => ({
    ids: [...ids.filter((other) => other !== id), id].slice(-maxAlike),
  }))
}

/** A request that asks for what either of two asks for, so that the smaller one does not stand for the larger one. */
export function askForBoth(one: InFlightRequest, other: InFlightRequest): InFlightRequest {
  const acrValues = [...new Set([one.acrValues, other.acrValues].flatMap((text) => text?.split(' ') ?? []))]
  return {
    ...one,
    scope: [...new Set([...one.scope, ...other.scope])],
    ...(acrValues.length > 0 && { acrValues: acrValues.join(' ') }),
  }
}

/** Whether one request asks for nothing that the other one does not ask for. */
export function asksNoMore(one: InFlightRequest, other: InFlightRequest): boolean {
  const acrValues = other.acrValues?.split(' ') ?? []
  return (
    one.clientId === other.clientId &&
    one.scope.every((scope) => other.scope.includes(scope)) &&
    (one.acrValues?.split(' ') ?? []).every((value) => acrValues.includes(value))
  )
}

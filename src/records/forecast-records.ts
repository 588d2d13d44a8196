import type { Collection } from '../store/collection.ts'
import type { Records } from './records.ts'

/**
 * What would be on record if every watched client were enforced. What is written goes to records of its own, so that
 * nothing that was only watched ever redeems.
 */
export function forecastRecords(records: Records): Records {
  return {
    ...records,
    codes: beside(records.codes, records.watchedCodes),
    refreshTokens: beside(records.refreshTokens, records.watchedRefreshTokens),
  }
}

/** Reads both, and writes only what is watched. */
const beside = <T>(real: Collection<T>, watched: Collection<T>): Collection<T> => ({
  ...watched,
  get: async (id) => (await real.get(id)) ?? watched.get(id),
})

import type { Config } from '../config/schema/schema.ts'
import type { Policies } from '../policy/policies.ts'
import type { InFlightRequest, Records, StepUp } from '../records/records.ts'
import type { Count } from '../store/allowance.ts'
import type { Collection } from '../store/collection.ts'
import type { Names } from './about.ts'
import type { Instruments } from './instruments.ts'
import type { OpenStepUps } from './open-step-ups.ts'

/** What is needed to count by what goes into the store. */
export interface RecordWatch {
  readonly config: Pick<Config, 'stepUp' | 'provider'>
  readonly policies: Pick<Policies, 'ofClient'>
  readonly instruments: Pick<Instruments, 'count' | 'observe'>
  readonly names: Pick<Names, 'describe'>
  readonly openStepUps: Pick<OpenStepUps, 'opened' | 'changed'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** The same records, whose writing is seen. */
export function watchRecords(records: Records, watch: RecordWatch): Records {
  const { stepUp, provider } = watch.config
  const limited = (counts: Collection<Count>, limit: string, most: number): Collection<Count> =>
    watchCounts(counts, (count) =>
      watch.instruments.observe('step_up_gateway_limit_use_ratio', { limit }, count / most),
    )
  return {
    ...records,
    inFlight: watchRequests(records.inFlight, watch),
    stepUps: watchStepUps(records.stepUps, watch),
    attempts: limited(records.attempts, 'stepUp.perUser', stepUp.perUser),
    addressAttempts: limited(records.addressAttempts, 'stepUp.perAddress', stepUp.perAddress),
    sessionProbes: limited(records.sessionProbes, 'provider.probe.perSession', provider.probe.perSession),
    addressProbes: limited(records.addressProbes, 'provider.probe.perAddress', provider.probe.perAddress),
  }
}

/** One that goes on with an earlier request began with it. */
const freshMs = 1000

function watchRequests(
  requests: Collection<InFlightRequest>,
  { policies, instruments, names, now }: RecordWatch,
): Collection<InFlightRequest> {
  return {
    ...requests,
    async add(id, request, owner) {
      const isNew = await requests.add(id, request, owner)
      const { mode } = policies.ofClient(request.clientId)
      if (isNew && mode !== 'off' && now() - request.startedAt < freshMs) {
        const labels = { ...names.describe({ client_id: request.clientId }), mode }
        instruments.count('step_up_gateway_authorization_requests_total', labels)
      }
      return isNew
    },
  }
}

function watchStepUps(
  stepUps: Collection<StepUp>,
  { config, instruments, names, openStepUps }: RecordWatch,
): Collection<StepUp> {
  return {
    ...stepUps,
    async set(id, stepUp, owner) {
      await stepUps.set(id, stepUp, owner)
      const { clientId, page } = stepUp.case
      instruments.count(
        'step_up_gateway_step_ups_opened_total',
        names.describe({ client_id: page === undefined ? clientId : undefined, page }),
      )
      openStepUps.opened(id, {
        case: stepUp.case,
        timeoutMs: config.stepUp.timeout,
        find: () => stepUps.get(id),
      })
    },
    async update(id, change, owner) {
      const written = await stepUps.update(id, change, owner)
      if (written) openStepUps.changed(id, written)
      return written
    },
  }
}

/** @param see how much is counted, each time that something is added. */
function watchCounts(counts: Collection<Count>, see: (count: number) => void): Collection<Count> {
  return {
    ...counts,
    async add(id, first, owner) {
      const isFirst = await counts.add(id, first, owner)
      if (isFirst) see(first.count)
      return isFirst
    },
    async update(id, change, owner) {
      let isTaken = false
      const written = await counts.update(
        id,
        (current) => {
          const next = change(current)
          // What is given back is less of the same.
          isTaken = next !== undefined && (next.count > current.count || next.since !== current.since)
          return next
        },
        owner,
      )
      if (written && isTaken) see(written.count)
      return written
    },
  }
}

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { withFaults } from '../model/faults.ts'
import { actionKey, changeState } from '../model/model.ts'
import type { StandIn } from '../model/stand-in.ts'
import { type Action, actionStates } from '../model/types.ts'
import { ApiError, parseInput } from './api-error.ts'
import { track } from './track.ts'
import { validate } from './validate.ts'

const userPath = z.object({ userId: z.string() })
const trackPath = userPath.extend({ action: z.string() })
const actionPath = trackPath.extend({ idempotencyKey: z.string() })
const stateBody = z.object({ state: z.enum(actionStates) })
const actionQuery = z.object({
  fromDate: z.iso.datetime().optional(),
  codes: z.string().optional(),
  state: z.enum(actionStates).optional(),
})
const recordable = z.record(z.string(), z.unknown()).catch({})

/** Track, validate, and reading and changing actions. */
export function addActionRoutes(api: FastifyInstance, standIn: StandIn): void {
  const { faults, tenant } = standIn

  api.post('/users/:userId/actions/:action', {
    preHandler: async (request) => {
      const { userId, action } = parseInput(trackPath, request.params)
      standIn.tracks.push({ userId, action, attributes: recordable.parse(request.body) })
    },
    handler: withFaults(faults, 'track', (request) => track(standIn, request.params, request.body)),
  })

  api.post('/validate', {
    preHandler: async (request) => {
      standIn.validations.push(recordable.parse(request.body))
    },
    handler: withFaults(faults, 'validate', (request) => validate(standIn, request.body)),
  })

  api.get(
    '/users/:userId/actions/:action/:idempotencyKey',
    withFaults(faults, 'action', async ({ params }) => presentAction(findAction(standIn, params))),
  )

  api.patch(
    '/users/:userId/actions/:action/:idempotencyKey',
    withFaults(faults, 'action', async ({ params, body }) => {
      const action = findAction(standIn, params)
      changeState(tenant, action, parseInput(stateBody, body).state)
      return { state: action.state }
    }),
  )

  api.get('/users/:userId/actions', async ({ params, query }) => {
    const { userId } = parseInput(userPath, params)
    const { fromDate = new Date(0).toISOString(), codes, state } = parseInput(actionQuery, query)
    return [...tenant.actions.values()]
      .filter((action) => action.userId === userId && action.createdAt >= Date.parse(fromDate))
      .filter(({ actionCode }) => codes?.split(',').includes(actionCode) ?? true)
      .filter((action) => action.state === (state ?? action.state))
      .map(presentListed)
  })
}

function findAction(standIn: StandIn, params: unknown): Action {
  const { userId, action, idempotencyKey } = parseInput(actionPath, params)
  const found = standIn.tenant.actions.get(actionKey(userId, action, idempotencyKey))
  if (found === undefined) throw new ApiError(404, 'invalid_request', 'The action was not found.')
  return found
}

function presentAction(action: Action): object {
  return {
    state: action.state,
    createdAt: new Date(action.createdAt).toISOString(),
    stateUpdatedAt: new Date(action.stateUpdatedAt).toISOString(),
    verificationMethod: action.verificationMethod,
    ruleIds: action.rules.map(({ ruleId }) => ruleId),
    priorityRuleId: action.rules[0]?.ruleId,
    rules: action.rules.map(({ ruleId, name, description }) => ({ ruleId, name, description })),
  }
}

function presentListed(action: Action): object {
  return {
    actionCode: action.actionCode,
    idempotencyKey: action.idempotencyKey,
    createdAt: new Date(action.createdAt).toISOString(),
    updatedAt: new Date(action.stateUpdatedAt).toISOString(),
    state: action.state,
    stateUpdatedAt: new Date(action.stateUpdatedAt).toISOString(),
    verificationMethod: action.verificationMethod,
  }
}

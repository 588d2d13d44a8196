import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ApiError, parseInput } from './api-error.ts'
import { withFaults } from './faults.ts'
import type { Lab } from './lab.ts'
import { actionKey, changeState } from './model.ts'
import { track } from './track.ts'
import { type Action, actionStates } from './types.ts'
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
export function addActionRoutes(api: FastifyInstance, lab: Lab): void {
  const { faults, tenant } = lab

  api.post('/users/:userId/actions/:action', {
    preHandler: async (request) => {
      const { userId, action } = parseInput(trackPath, request.params)
      lab.tracks.push({ userId, action, attributes: recordable.parse(request.body) })
    },
    handler: withFaults(faults, 'track', (request) => track(lab, request.params, request.body)),
  })

  api.post('/validate', {
    preHandler: async (request) => {
      lab.validations.push(recordable.parse(request.body))
    },
    handler: withFaults(faults, 'validate', (request) => validate(lab, request.body)),
  })

  api.get(
    '/users/:userId/actions/:action/:idempotencyKey',
    withFaults(faults, 'action', async ({ params }) => presentAction(findAction(lab, params))),
  )

  api.patch(
    '/users/:userId/actions/:action/:idempotencyKey',
    withFaults(faults, 'action', async ({ params, body }) => {
      const action = findAction(lab, params)
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

function findAction(lab: Lab, params: unknown): Action {
  const { userId, action, idempotencyKey } = parseInput(actionPath, params)
  const found = lab.tenant.actions.get(actionKey(userId, action, idempotencyKey))
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

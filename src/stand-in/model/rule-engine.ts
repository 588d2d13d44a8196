import jsonLogic, { type RulesLogic } from 'json-logic-js'
import type { Tenant } from './model.ts'
import type { ActionConfiguration, CustomData, Rule, User } from './types.ts'

/** What one track call tells the rules engine. */
export type RuleFacts = {
  readonly user: User
  readonly actionCode: string
  readonly custom?: CustomData | undefined
  readonly deviceId?: string | undefined
  readonly ipAddress?: string | undefined
}

/** Throws where the service would refuse the set: a priority outside 0 to 99, or twice in one action. */
export function checkRules(rules: readonly Rule[]): void {
  for (const [index, rule] of rules.entries()) {
    if (!Number.isInteger(rule.priority) || rule.priority < 0 || rule.priority > 99)
      throw new Error(`rule "${rule.name}": the priority must be a whole number from 0 to 99`)
    const twin = rules.slice(0, index).find((other) => {
      const meet =
        other.actionCode === undefined ||
        rule.actionCode === undefined ||
        other.actionCode === rule.actionCode
      return meet && other.priority === rule.priority
    })
    if (twin !== undefined)
      throw new Error(`rules "${twin.name}" and "${rule.name}" share priority ${rule.priority}`)
  }
}

/** The configuration of an action; one that was never configured allows. */
export function configurationOf(tenant: Tenant, actionCode: string): ActionConfiguration {
  return tenant.configurations.get(actionCode) ?? { defaultUserActionResult: 'ALLOW' }
}

/** All active rules of the action that match, the deciding one first. */
export function matchRules(tenant: Tenant, facts: RuleFacts): Rule[] {
  const variables = describe(tenant, facts)
  return tenant.rules
    .filter((rule) => rule.isActive && (rule.actionCode ?? facts.actionCode) === facts.actionCode)
    .filter(
      ({ conditions }) =>
        conditions === undefined || jsonLogic.truthy(jsonLogic.apply(conditions as RulesLogic, variables)),
    )
    .sort((one, other) => one.priority - other.priority)
}

function describe(tenant: Tenant, facts: RuleFacts): Record<string, unknown> {
  const { user } = facts
  const { email, phoneNumber, username } = user.attributes
  const device = user.devices.get(facts.deviceId ?? '')
  return {
    custom: { ...user.attributes.custom, ...facts.custom },
    user: {
      id: user.userId,
      email,
      phoneNumber,
      username,
      hasPreviouslyVerified: user.hasPreviouslyVerified,
    },
    device: {
      id: facts.deviceId,
      isNew: device?.authenticatedAt === undefined || device.invalidatedAt !== undefined,
      isBot: tenant.settings.isBot,
      isRemembered: (device?.rememberedUntil ?? 0) > tenant.now(),
    },
    ip: { ...tenant.settings.ip, address: facts.ipAddress },
  }
}

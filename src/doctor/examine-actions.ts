import { randomUUID } from 'node:crypto'
import type { AuthsignalError, Tracked } from '../authsignal/authsignal.ts'
import type { Config } from '../config/schema/schema.ts'
import { listActiveClients } from './active-clients.ts'
import { doctorUser } from './examine-authsignal.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'
import type { Setting } from './setting.ts'

/**
 * The actions that the configuration names, and where their challenges are. Authsignal tells neither without a track,
 * which is made only on demand: it creates a user and, where there is none yet, the action.
 */
export async function examineActions({
  config,
  authsignal,
  track,
}: Pick<Setting, 'config' | 'authsignal' | 'track'>): Promise<Finding[]> {
  const actions = listActions(config)
  if (actions.length === 0) return [fine('no client and no page is protected')]
  if (!track) return [explainUntracked(actions), ...explainUnasked(config)]
  const findings: Finding[] = []
  for (const action of actions) {
    const request = {
      userId: doctorUser,
      action,
      idempotencyKey: randomUUID(),
      redirectUrl: `${config.publicUrl}${config.pathPrefix}/return/doctor/doctor`,
      custom: { client_id: doctorUser, mode: 'doctor' },
    }
    findings.push(
      await authsignal.track(request).then(
        (tracked) => judge(action, tracked),
        // It rejects with nothing else.
        (error: AuthsignalError) => explain(action, error),
      ),
    )
  }
  return [...findings, ...explainUnasked(config)]
}

function listActions(config: Config): string[] {
  const { protectedPaths, passkeys } = config
  // None of these is ever off.
  const ofPages = [...protectedPaths, ...(passkeys ? [passkeys] : [])].map(({ policy }) => policy)
  return [...new Set([...listActiveClients(config), ...ofPages].map(({ action }) => action))]
}

const explainUntracked = (actions: readonly string[]): Finding =>
  unknown(
    `whether Authsignal has these actions, and where their challenges are: ${actions.join(', ')}; one that it does not have is made by the first sign-in, and allows everybody`,
    `look them up in Authsignal's portal, or run doctor with --track, which tracks each once for the user ${doctorUser}`,
  )

/** The server's key reads neither rules nor webhooks. */
function explainUnasked({ clients, defaults }: Config): Finding[] {
  const names = [...clients.values(), defaults].flatMap(({ custom }) => Object.keys(custom))
  const own = names.length > 0 ? `, ${[...new Set(names)].join(', ')}` : ''
  const about = `whether the rules fire, as their text can't be asked; the gateway sends the data points of docs/doctor.md${own}`
  return [unknown(about, "compare them with the rules in Authsignal's portal")]
}

function judge(action: string, { state, refusedOrigin }: Tracked): Finding {
  if (refusedOrigin !== undefined) {
    const about = `${action}: challenges are at ${refusedOrigin}, which authsignal.challengeHosts does not allow`
    return wrong('challenge_host', about, `add ${new URL(refusedOrigin).host} to authsignal.challengeHosts`)
  }
  return fine(`${action}: the rules say ${state} to a user without an authenticator`)
}

function explain(action: string, error: AuthsignalError): Finding {
  if (error.errorCode === 'AUTHENTICATOR_NOT_FOUND')
    return wrong(
      'authsignal_methods',
      `${action}: the tenant has no authenticator that users could use`,
      "set one up in Authsignal's portal",
    )
  return wrong(
    'authsignal_track',
    `${action}: ${error.message}`,
    "allow publicUrl as a redirect URL in Authsignal's portal, and see its log",
  )
}

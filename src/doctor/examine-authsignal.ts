import { type AuthsignalError, createAuthsignal } from '../authsignal/authsignal.ts'
import type { Config } from '../config/schema/schema.ts'
import { type Finding, fine, wrong } from './finding.ts'
import type { Setting } from './setting.ts'
import { describeTlsFault } from './tls-fault.ts'

/** Nobody's user id: Authsignal answers for a user whom it does not know, and makes none. */
export const doctorUser = 'step-up-gateway-doctor'

/** Whether Authsignal takes the key at this address. Looks a user up, which changes nothing. */
export async function examineAuthsignal({
  config,
  authsignal,
  regions,
}: Pick<Setting, 'config' | 'authsignal' | 'regions'>): Promise<Finding[]> {
  try {
    await authsignal.findUsername(doctorUser)
    return [fine(`Authsignal takes the key at ${config.authsignal.apiUrl}`)]
  } catch (error) {
    // It throws nothing else.
    return [await explain(config.authsignal, error as AuthsignalError, regions)]
  }
}

async function explain(
  settings: Config['authsignal'],
  { status, errorCode, message }: AuthsignalError,
  regions: readonly string[],
): Promise<Finding> {
  const { apiUrl } = settings
  const correct = 'correct authsignal.apiUrl'
  if (status === undefined) return explainConnection(apiUrl, String(errorCode))
  if (status === 429)
    return wrong(
      'authsignal_rate',
      'Authsignal answers 429: too many requests',
      'wait, or ask Authsignal for a higher limit',
    )
  if (status >= 500)
    return wrong('authsignal_down', `${message} at ${apiUrl}`, 'see the status page of Authsignal')
  if (!apiUrl.endsWith('/v1'))
    return wrong(
      'authsignal_path',
      `${apiUrl} is not the base URL of the API (status ${status})`,
      `set authsignal.apiUrl: ${apiUrl}/v1`,
    )
  if (status !== 401 && status !== 403)
    return wrong(
      'authsignal_path',
      `what answers at ${apiUrl} is not Authsignal's API (status ${status})`,
      correct,
    )
  const region = await findRegion(settings, regions)
  if (region !== undefined)
    return wrong(
      'authsignal_region',
      `the key is refused at ${apiUrl}, and taken in another region`,
      `set authsignal.apiUrl: ${region}`,
    )
  const fix =
    'write the Server API secret key of the tenant into authsignal.apiSecretKey, and its region into authsignal.apiUrl'
  return wrong('authsignal_key', `Authsignal refuses the key at ${apiUrl} (status ${status})`, fix)
}

function explainConnection(apiUrl: string, code: string): Finding {
  const fault = describeTlsFault(code)
  if (fault !== undefined)
    return wrong(
      'authsignal_tls',
      `${apiUrl}: ${fault}`,
      'correct authsignal.apiUrl, or what intercepts TLS behind the gateway',
    )
  if (code === 'timeout')
    return wrong(
      'authsignal_timeout',
      `${apiUrl} does not answer in time`,
      'let the gateway out to it, or raise authsignal.timeout',
    )
  return wrong(
    'authsignal_unreachable',
    `${apiUrl} can't be reached (${code})`,
    'let the gateway out to it, or correct authsignal.apiUrl',
  )
}

/** The key goes to Authsignal's own addresses only, and only if the configured one is among them. */
async function findRegion(
  settings: Config['authsignal'],
  regions: readonly string[],
): Promise<string | undefined> {
  if (!regions.includes(settings.apiUrl)) return undefined
  for (const apiUrl of regions.filter((region) => region !== settings.apiUrl)) {
    const isTaken = await createAuthsignal({ ...settings, apiUrl })
      .findUsername(doctorUser)
      .then(() => true)
      .catch(() => false)
    if (isTaken) return apiUrl
  }
  return undefined
}

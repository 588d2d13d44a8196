import type { Config } from '../config/schema/schema.ts'
import { saysNobody } from '../policy/probe-result.ts'
import { probeRedirectUri } from '../probe/question.ts'
import { askWithoutSession, type SessionlessAnswer } from './ask-without-session.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'
import { type DummyAnswer, redeemDummyCode } from './redeem-dummy-code.ts'
import type { Setting } from './setting.ts'

type ClientSetting = Pick<Setting, 'config' | 'provider' | 'upstream'>
type Method = Config['provider']['probe']['clientAuth']

const others: Record<Method, Method> = {
  client_secret_post: 'client_secret_basic',
  client_secret_basic: 'client_secret_post',
}

/** The gateway's own client at the OP: its credentials, its redirect URI, and how the OP answers it. */
export async function examineProbeClient(setting: ClientSetting, signal: AbortSignal): Promise<Finding[]> {
  const { config } = setting
  const { clientAuth } = config.provider.probe
  const asked = await askWithoutSession(setting, signal)
  const redeemed = await redeemDummyCode(setting, clientAuth)
  if (redeemed.kind === 'authenticated' || redeemed.kind === 'not_allowed')
    return [judgeCredentials(config, redeemed), judgeAnswer(config, asked)]
  const again = await redeemDummyCode(setting, others[clientAuth])
  if (again.kind === 'authenticated')
    return [explainMethod(config, others[clientAuth]), judgeAnswer(config, asked)]
  if (redeemed.kind === 'other') return [judgeCredentials(config, redeemed), judgeAnswer(config, asked)]
  if (asked.kind === 'rejected') return [explainUnknown(config)]
  const explain = asked.kind === 'hidden' ? explainEither : explainSecret
  return [explain(config), judgeAnswer(config, asked)]
}

function judgeCredentials(
  { provider }: Config,
  redeemed: Exclude<DummyAnswer, { kind: 'refused' }>,
): Finding {
  const { clientId } = provider.probe
  switch (redeemed.kind) {
    case 'authenticated':
      return fine(`the OP knows the client ${clientId} and its secret`)
    case 'not_allowed':
      return wrong(
        'client_grant',
        `the client ${clientId} may not redeem codes`,
        'allow it the authorization code grant at the OP',
      )
    case 'other': {
      const about = `the token endpoint says neither that the code nor that the client is wrong: ${redeemed.detail}`
      return wrong('token_endpoint', about, "correct provider.endpoints.token, or see the OP's log")
    }
  }
}

const explainMethod = ({ provider }: Config, method: Method): Finding =>
  wrong(
    'client_auth_method',
    `the OP refuses the client ${provider.probe.clientId} by ${provider.probe.clientAuth}, and takes it by ${method}`,
    `set provider.probe.clientAuth: ${method}`,
  )

const explainSecret = ({ provider }: Config): Finding =>
  wrong(
    'client_secret',
    `the OP knows the client ${provider.probe.clientId}, and refuses its secret`,
    "write the client's secret at the OP into provider.probe.clientSecret",
  )

const explainEither = ({ provider }: Config): Finding =>
  wrong(
    'client_secret',
    `the OP refuses the client ${provider.probe.clientId}, or its secret`,
    'compare provider.probe.clientId and clientSecret with the client at the OP',
  )

const explainUnknown = (config: Config): Finding =>
  wrong(
    'client_unknown',
    `the OP takes neither an authorization request nor the secret of a client ${config.provider.probe.clientId}`,
    `register it at the OP, with the redirect URI ${probeRedirectUri(config)}, or correct provider.probe.clientId`,
  )

function judgeAnswer(config: Config, asked: SessionlessAnswer): Finding {
  switch (asked.kind) {
    case 'rejected':
      return wrong(
        'redirect_uri',
        `the OP refuses the redirect URI of the probe (${asked.detail})`,
        `register ${probeRedirectUri(config)} for the client ${config.provider.probe.clientId}, exactly so`,
      )
    case 'hidden':
      return unknown(
        `whether the redirect URI of the probe is registered: without a session the OP sends every request elsewhere (${asked.detail})`,
        `register ${probeRedirectUri(config)} for the client ${config.provider.probe.clientId}, and run doctor with --sign-in`,
      )
    case 'shown':
      return judgePage(config, asked.detail)
    case 'answered':
      return judgeError(config, asked.error)
  }
}

function judgePage({ provider }: Config, detail: string): Finding {
  const { by, prompt } = provider.probe
  if (by === 'browser') return fine('the OP shows its login page to a browser without a session')
  if (prompt === 'omit') return fine('without a session the OP asks for a login')
  const about = `the OP shows a page in spite of prompt=none (${detail})`
  return wrong('prompt_none', about, 'set provider.probe.by: browser')
}

function judgeError({ provider }: Config, error: string | undefined): Finding {
  const { clientId, scope, responseType } = provider.probe
  switch (error) {
    case undefined:
      return wrong(
        'authorization_request',
        'the OP gives a code to a request without a session: it takes the gateway itself for a user',
        'have it know users by its session cookie only, not by the address or a header of the gateway',
      )
    case 'consent_required':
      return explainConsent(provider.probe)
    case 'invalid_scope':
      return wrong(
        'authorization_request',
        `the OP refuses a scope of "${scope}"`,
        'allow it to the client, or correct provider.probe.scope',
      )
    case 'unauthorized_client':
    case 'unsupported_response_type':
      return wrong(
        'client_grant',
        `the client ${clientId} may not ask for response_type=${responseType} (${error})`,
        responseType === 'code'
          ? 'allow it the authorization code flow at the OP'
          : 'allow it that too at the OP, or set provider.probe.responseType: code',
      )
    default:
      if (saysNobody(error)) return fine('the redirect URI is registered, and the OP answers prompt=none')
      return wrong(
        'authorization_request',
        `the OP answers the probe with ${error}`,
        "see the OP's log, and provider.probe.params",
      )
  }
}

export const explainConsent = ({ clientId }: Pick<Config['provider']['probe'], 'clientId'>): Finding =>
  wrong(
    'consent',
    `the OP wants the user's consent for the client ${clientId}, which nobody can give while the gateway asks`,
    'turn consent off for this client at the OP',
  )

/** What only a session can show. */
export const adviseSignIn = (): Finding =>
  unknown(
    'consent, claims and the names of the session cookies show in a sign-in only',
    'run doctor with --sign-in',
  )

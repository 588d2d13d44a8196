import type { Config } from '../config/schema/schema.ts'
import { advise, type Door, listOf, type Metadata, set } from './doors.ts'

/** What of the OP can keep the probe from learning who the user is; then no protected client signs anybody in. */
export function* findProbeDoors({ probe }: Config['provider'], metadata: Metadata): Generator<Door> {
  const client = `the probe's client ${probe.clientId}`
  const algorithms = listOf(metadata, 'id_token_signing_alg_values_supported') ?? []
  const [verifiable] = algorithms.filter((algorithm) => !isUnverifiable(algorithm))
  const unverifiable = algorithms.filter(isUnverifiable)
  if (unverifiable.length > 0) {
    const isOnly = verifiable === undefined
    const meaning = `ID tokens with ${unverifiable.join(', ')} can't be verified by the OP's keys`
    const todo = advise(`register ${client} with ${verifiable ?? 'RS256'}`)
    yield { level: isOnly ? 'breaks' : 'info', subject: 'ID token signature', meaning, ...todo }
  }
  for (const name of ['require_pushed_authorization_requests', 'require_signed_request_object']) {
    if (metadata[name] !== true) continue
    const meaning = 'the probe asks with plain parameters'
    yield { level: 'breaks', subject: name, meaning, ...advise(`exempt ${client} at the OP`) }
  }
  const responseTypes = listOf(metadata, 'response_types_supported')
  if (responseTypes && !responseTypes.includes('code')) {
    const meaning = 'response_types_supported lacks code, which the probe needs'
    yield { level: 'breaks', subject: 'probe', meaning, ...advise('enable the code flow at the OP') }
  }
  const methods = listOf(metadata, 'token_endpoint_auth_methods_supported')
  if (methods && !methods.includes(probe.clientAuth)) {
    const other = ['client_secret_basic', 'client_secret_post'].find((method) => methods.includes(method))
    const meaning = `the OP does not take ${probe.clientAuth}`
    const remedy = other
      ? set('provider.probe.clientAuth', other)
      : advise(`allow a client secret for ${client} at the OP`)
    yield { level: 'breaks', subject: 'provider.probe.clientAuth', meaning, ...remedy }
  }
}

/** Signed with the client's secret, or not at all. */
const isUnverifiable = (algorithm: string): boolean => /^(?:none|HS\d+)$/.test(algorithm)

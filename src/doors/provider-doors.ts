import type { Config, PasskeySignIn } from '../config/schema/schema.ts'
import {
  advise,
  type Door,
  listOf,
  type Metadata,
  type ProviderFacts,
  set,
  sortDoors,
  urlOf,
} from './doors.ts'

/** The doors that the OP has for every protected client. */
export function findProviderDoors(config: Config, facts: ProviderFacts): Door[] {
  return sortDoors([
    ...findAddresses(config, facts),
    ...findRegistration(config, facts),
    ...findProbeDoors(config.provider, facts.metadata),
    ...findClaimDoors(config, facts),
    ...findRequestDoors(config, facts),
    ...findFurtherEndpoints(config, facts),
  ])
}

function* findAddresses(
  { publicUrl, hosts }: Config,
  { unguarded, bypassing }: ProviderFacts,
): Generator<Door> {
  const { protocol } = new URL(publicUrl)
  const origins = unguarded.map((endpoint) => new URL(endpoint.replace(/^.* at /, '')))
  const same = origins.filter((url) => url.protocol === protocol).map(({ host }) => host)
  for (const [index, subject] of unguarded.entries()) {
    const remedy =
      origins[index]?.protocol === protocol
        ? set('hosts', [...new Set([...hosts, ...same])])
        : advise(`have the OP name it by ${protocol.slice(0, -1)}`)
    const meaning = 'not behind the gateway, so not guarded; point its host to the gateway'
    yield { level: 'open', subject, meaning, ...remedy }
  }
  if (bypassing.length > 0) {
    const meaning = `its metadata names the OP's own address for: ${bypassing.join(', ')}`
    const todo = advise('have the OP build them from publicUrl, and update clients that use these addresses')
    yield { level: 'open', subject: 'upstream.url', meaning, ...todo }
  }
}

function* findRegistration({ provider }: Config, facts: ProviderFacts): Generator<Door> {
  const endpoint = urlOf(facts.metadata, 'registration_endpoint')
  if (!endpoint || (facts.serves(endpoint) && facts.isClosed(endpoint.pathname))) return
  const remedy = facts.serves(endpoint)
    ? set('provider.closedPaths', [...provider.closedPaths, endpoint.pathname])
    : advise('close it at the OP, as it is on another host')
  const meaning = 'anyone who may register a client gets tokens for it without a step-up'
  yield { level: 'open', subject: 'registration_endpoint', meaning, ...remedy }
}

function* findClaimDoors({ provider }: Config, { metadata }: ProviderFacts): Generator<Door> {
  const { subject, compare } = provider
  const subjectTypes = listOf(metadata, 'subject_types_supported') ?? []
  if (subject === 'sub' && subjectTypes.includes('pairwise')) {
    const isOnly = subjectTypes.every((type) => type === 'pairwise')
    const meaning = "a client's pairwise sub differs from the probe's, so its codes are refused"
    const todo = advise('set provider.subject to a claim that is the same in the ID tokens of all clients')
    yield { level: isOnly ? 'breaks' : 'info', subject: 'subject_types_supported', meaning, ...todo }
  }
  if (listOf(metadata, 'id_token_encryption_alg_values_supported')?.length) {
    const meaning = 'encrypted ID tokens are refused, because the gateway cannot read them'
    const todo = advise('register protected clients without encryption')
    yield { level: 'closed', subject: 'ID token encryption', meaning, ...todo }
  }
  const claims = listOf(metadata, 'claims_supported')
  if (!claims) return
  if (subject !== 'sub' && !claims.includes(subject)) {
    const meaning = `claims_supported lacks ${subject}: unless both ID tokens have it, all sign-ins fail`
    const todo = advise(
      "have the OP add it to the ID tokens of the probe's client and of the protected clients",
    )
    yield { level: 'breaks', subject: 'provider.subject', meaning, ...todo }
  }
  if (!claims.includes('sid') && !claims.includes('auth_time')) {
    const meaning =
      'claims_supported has neither sid nor auth_time: unless the ID token has one, no step-up is remembered'
    const todo = advise("check the ID token of the probe's client; some OPs don't list all their claims")
    yield { level: 'info', subject: 'remember', meaning, ...todo }
  }
  const missing = compare.filter((claim) => !claims.includes(claim))
  if (missing.length > 0) {
    const meaning = `claims_supported lacks ${missing.join(', ')}: a claim that the probe lacks is not compared`
    const todo = advise(
      "have the OP add it to the ID tokens of the probe's client and of the protected clients",
    )
    yield { level: 'info', subject: 'provider.compare', meaning, ...todo }
  }
}

function* findRequestDoors({ clientCertHeader }: Config, { metadata }: ProviderFacts): Generator<Door> {
  // Left out, it means true (OIDC Discovery 1.0, 3).
  if (metadata['request_uri_parameter_supported'] !== false) {
    const meaning = 'refused unless it was pushed through the gateway (RFC 9126)'
    yield { level: 'closed', subject: 'request_uri', meaning }
  }
  if (listOf(metadata, 'request_object_encryption_alg_values_supported')?.length) {
    const meaning = 'refused, because the gateway cannot read them'
    yield { level: 'closed', subject: 'encrypted request objects', meaning }
  }
  if (metadata['request_parameter_supported'] === true) {
    const meaning = 'decided by their content, once the OP has answered'
    yield { level: 'info', subject: 'request objects', meaning }
  }
  if (urlOf(metadata, 'pushed_authorization_request_endpoint')) {
    const meaning = 'stored until they are used'
    yield { level: 'info', subject: 'pushed requests', meaning }
  }
  const certificates = (listOf(metadata, 'token_endpoint_auth_methods_supported') ?? []).filter((method) =>
    /^(?:self_signed_)?tls_client_auth$/.test(method),
  )
  if (certificates.length > 0) {
    const subject = 'client authentication'
    const methods = certificates.join(', ')
    if (clientCertHeader !== undefined) {
      const meaning = `${methods}: certificates reach the OP in ${clientCertHeader}, from trustedProxies only`
      yield { level: 'info', subject, meaning }
    } else {
      const meaning = `${methods}: client certificates end at the gateway and do not reach the OP`
      yield { level: 'info', subject, meaning, ...advise('set clientCertHeader, or use private_key_jwt') }
    }
  }
}

/** Authorization endpoints of well-known OPs that their discovery does not name. */
const further: readonly { path: RegExp; beside: readonly string[] }[] = [
  { path: /^(.*\/connect\/authorize)$/i, beside: ['/callback'] },
  { path: /^(.*\/protocol\/openid-connect\/)auth$/, beside: ['registrations', 'forgot-credentials'] },
]

function* findFurtherEndpoints({ provider }: Config, { metadata }: ProviderFacts): Generator<Door> {
  const path = urlOf(metadata, 'authorization_endpoint')?.pathname ?? ''
  const { authorizePaths } = provider
  const paths = further.flatMap((known) => {
    const [, base] = known.path.exec(path) ?? []
    return base === undefined ? [] : known.beside.map((rest) => base + rest)
  })
  const unlisted = paths.filter((name) => !authorizePaths.includes(name))
  for (const subject of unlisted) {
    const meaning =
      'if the OP has it, its responses are inspected anyway; list it to inspect its requests too'
    yield {
      level: 'info',
      subject,
      meaning,
      ...set('provider.authorizePaths', [...authorizePaths, ...unlisted]),
    }
  }
}

/** What the sign-in by passkey opens at the OP. */
export function* findSignInDoors({ header, jwt, loginPaths, field }: PasskeySignIn): Generator<Door> {
  if (header) {
    const meaning = 'anyone who reaches the OP around the gateway can sign in as any user'
    const todo = advise('let only the gateway reach the OP, and trust the header only from its address')
    yield { level: 'open', subject: `header ${header.name}`, meaning, ...todo }
  }
  if (jwt) {
    const meaning = `signed with ${jwt.algorithm}; the OP must accept each one once, within one minute`
    yield { level: 'info', subject: `JWT at ${jwt.path}`, meaning }
  }
  const meaning = `offered in the field ${field} at ${loginPaths.join(', ')}`
  yield { level: 'info', subject: 'passkeys', meaning }
}

/** What can keep the probe from identifying users at this OP; then sign-ins fail at all protected clients. */
function* findProbeDoors({ probe }: Config['provider'], metadata: Metadata): Generator<Door> {
  const client = `the probe's client ${probe.clientId}`
  if (probe.by === 'browser') {
    const meaning = 'the browser itself is sent through the OP; frames, scripts and monitor ask beside it'
    yield { level: 'info', subject: 'provider.probe.by', meaning }
  }
  const algorithms = listOf(metadata, 'id_token_signing_alg_values_supported') ?? []
  const [verifiable] = algorithms.filter((algorithm) => !isUnverifiable(algorithm))
  const unverifiable = algorithms.filter(isUnverifiable)
  if (unverifiable.length > 0) {
    const isOnly = verifiable === undefined
    const meaning = `ID tokens with ${unverifiable.join(', ')} can't be verified with the OP's keys`
    const todo = advise(`register ${client} with ${verifiable ?? 'RS256'}`)
    yield { level: isOnly ? 'breaks' : 'info', subject: 'ID token signature', meaning, ...todo }
  }
  for (const name of ['require_pushed_authorization_requests', 'require_signed_request_object']) {
    if (metadata[name] !== true) continue
    const meaning = 'the probe sends plain parameters'
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
    const meaning = `the OP does not support ${probe.clientAuth}`
    const remedy = other
      ? set('provider.probe.clientAuth', other)
      : advise(`allow a client secret for ${client} at the OP`)
    yield { level: 'breaks', subject: 'provider.probe.clientAuth', meaning, ...remedy }
  }
}

/** Signed with the client's secret, or not at all. */
const isUnverifiable = (algorithm: string): boolean => /^(?:none|HS\d+)$/.test(algorithm)

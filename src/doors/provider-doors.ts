import type { Config } from '../config/schema/schema.ts'
import { advise, type Door, listOf, type ProviderFacts, set, sortDoors, urlOf } from './doors.ts'
import { findProbeDoors } from './probe-doors.ts'

/** The doors that the OP has for every protected client. */
export function findProviderDoors(config: Config, facts: ProviderFacts): Door[] {
  return sortDoors([
    ...findAddresses(config, facts),
    ...findRegistration(config, facts),
    ...findProbeDoors(config.provider, facts.metadata),
    ...findClaimDoors(config, facts),
    ...findRequestDoors(facts),
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
    const meaning = 'not behind the gateway, so that it is not guarded; lead its host here'
    yield { level: 'open', subject, meaning, ...remedy }
  }
  if (bypassing.length > 0) {
    const meaning = `at an address of the OP's own in its metadata: ${bypassing.join(', ')}`
    const todo = advise(
      'have the OP build them from publicUrl, and change clients that have these written down',
    )
    yield { level: 'open', subject: 'upstream.url', meaning, ...todo }
  }
}

function* findRegistration({ provider }: Config, facts: ProviderFacts): Generator<Door> {
  const endpoint = urlOf(facts.metadata, 'registration_endpoint')
  if (!endpoint || (facts.serves(endpoint) && facts.isClosed(endpoint.pathname))) return
  const remedy = facts.serves(endpoint)
    ? set('provider.closedPaths', [...provider.closedPaths, endpoint.pathname])
    : advise('close it at the OP, as it is on another host')
  const meaning = 'whoever may register a client gets tokens for it without a step-up'
  yield { level: 'open', subject: 'registration_endpoint', meaning, ...remedy }
}

function* findClaimDoors({ provider }: Config, { metadata }: ProviderFacts): Generator<Door> {
  const { subject, compare } = provider
  const subjectTypes = listOf(metadata, 'subject_types_supported') ?? []
  if (subject === 'sub' && subjectTypes.includes('pairwise')) {
    const isOnly = subjectTypes.every((type) => type === 'pairwise')
    const meaning = "a client's pairwise sub differs from the probe's, so that its codes are refused"
    const todo = advise('set provider.subject to a claim that is the same in the ID tokens of all clients')
    yield { level: isOnly ? 'breaks' : 'info', subject: 'subject_types_supported', meaning, ...todo }
  }
  if (listOf(metadata, 'id_token_encryption_alg_values_supported')?.length) {
    const meaning = 'encrypted ID tokens are refused, as nobody can compare them'
    const todo = advise('register protected clients without encryption')
    yield { level: 'closed', subject: 'ID token encryption', meaning, ...todo }
  }
  const claims = listOf(metadata, 'claims_supported')
  if (!claims) return
  if (subject !== 'sub' && !claims.includes(subject)) {
    const meaning = `claims_supported lacks ${subject}: without it in both ID tokens nobody signs in`
    const todo = advise(
      "have the OP put it into the ID tokens of the probe's client and of the protected ones",
    )
    yield { level: 'breaks', subject: 'provider.subject', meaning, ...todo }
  }
  if (!claims.includes('sid') && !claims.includes('auth_time')) {
    const meaning =
      'claims_supported has neither sid nor auth_time: with neither in the ID token no step-up is remembered'
    const todo = advise("see whether the ID token of the probe's client has one, which some OPs do not tell")
    yield { level: 'info', subject: 'remember', meaning, ...todo }
  }
  const missing = compare.filter((claim) => !claims.includes(claim))
  if (missing.length > 0) {
    const meaning = `claims_supported lacks ${missing.join(', ')}: a claim that the probe lacks is not compared`
    const todo = advise(
      "have the OP put it into the ID tokens of the probe's client and of the protected ones",
    )
    yield { level: 'info', subject: 'provider.compare', meaning, ...todo }
  }
}

function* findRequestDoors({ metadata }: ProviderFacts): Generator<Door> {
  // Left out, it means true (OIDC Discovery 1.0, 3).
  if (metadata['request_uri_parameter_supported'] !== false) {
    const meaning = 'refused unless it was pushed through the gateway (RFC 9126)'
    yield { level: 'closed', subject: 'request_uri', meaning }
  }
  if (listOf(metadata, 'request_object_encryption_alg_values_supported')?.length) {
    const meaning = 'refused, as the gateway can not read them'
    yield { level: 'closed', subject: 'encrypted request objects', meaning }
  }
  if (metadata['request_parameter_supported'] === true) {
    const meaning = 'decided by what the object says, once the OP has answered'
    yield { level: 'info', subject: 'request objects', meaning }
  }
  if (urlOf(metadata, 'pushed_authorization_request_endpoint')) {
    const meaning = 'what is pushed is remembered until it is used'
    yield { level: 'info', subject: 'pushed requests', meaning }
  }
  const certificates = (listOf(metadata, 'token_endpoint_auth_methods_supported') ?? []).filter((method) =>
    /^(?:self_signed_)?tls_client_auth$/.test(method),
  )
  if (certificates.length > 0) {
    const meaning = `${certificates.join(', ')}: client certificates end at the gateway and do not reach the OP`
    yield { level: 'info', subject: 'client authentication', meaning, ...advise('use private_key_jwt') }
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
    const meaning = 'if the OP has it, what it answers is inspected; listed, what it is asked is too'
    yield {
      level: 'info',
      subject,
      meaning,
      ...set('provider.authorizePaths', [...authorizePaths, ...unlisted]),
    }
  }
}

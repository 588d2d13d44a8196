import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import type { Identity } from '../policy/identity.ts'
import { listActiveClients } from './active-clients.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'

type Sent = ClientPolicy['send'][number]

/** The claims of `send`, and how the identity has them. */
const sent: Record<Sent, { readonly claim: string; readonly of: keyof Identity }> = {
  username: { claim: 'preferred_username', of: 'username' },
  email: { claim: 'email', of: 'email' },
  phone: { claim: 'phone_number', of: 'phoneNumber' },
  displayName: { claim: 'name', of: 'displayName' },
  locale: { claim: 'locale', of: 'locale' },
}

/** Values that are no one's personal data. */
const shown = ['amr', 'acr', 'email_verified', 'phone_number_verified']

const technical = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'at_hash', 'azp', 'jti'])

/** What the ID token of a sign-in holds for the gateway, and what is missing for what the configuration wants. */
export function examineClaims(config: Config, identity: Identity): Finding[] {
  const { provider } = config
  const active = listActiveClients(config)
  const has = (claim: string): boolean => identity.claims[claim] !== undefined
  const client = `the probe's client ${provider.probe.clientId}`
  const missing = (claim: string, consequence: string): Finding =>
    wrong(
      'claim_missing',
      `the ID token has no ${claim}: ${consequence}`,
      `have the OP add it to the ID tokens of ${client}`,
    )
  const isRemembered = active.some(({ remember }) => remember > 0)
  const wanted = new Set(active.flatMap(({ send }) => send))
  return [
    fine(`the ID token holds ${describeClaims(identity.claims)}`),
    ...(identity.amr.length > 0
      ? []
      : active.some(({ satisfiedByAmr }) => satisfiedByAmr.length > 0)
        ? [missing('amr', 'satisfiedByAmr is never met')]
        : [unknown('the ID token has no amr: a rule that asks for one never fires')]),
    ...(isRemembered && !has('sid') && !has('auth_time')
      ? [missing('sid and no auth_time', 'remember has no effect')]
      : []),
    ...provider.compare
      .filter((claim) => !has(claim))
      .map((claim) => missing(claim, 'provider.compare does not compare it')),
    ...[...wanted]
      .filter((what) => identity[sent[what].of] === undefined)
      .map((what) => explainUnsent(what, sent[what].claim, has(sent[what].claim), missing)),
  ]
}

function explainUnsent(
  what: Sent,
  claim: string,
  isThere: boolean,
  missing: (claim: string, consequence: string) => Finding,
): Finding {
  return isThere
    ? unknown(`the ID token's ${claim} can't be used, or counts as not verified: send: ${what} sends none`)
    : missing(claim, `send: ${what} sends nothing`)
}

function describeClaims(claims: Identity['claims']): string {
  return Object.entries(claims)
    .filter(([name]) => !technical.has(name))
    .map(([name, value]) => (shown.includes(name) ? `${name} (${JSON.stringify(value).slice(0, 80)})` : name))
    .join(', ')
}

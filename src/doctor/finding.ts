/** Everything that `doctor` can find wrong; docs/doctor.md explains each. */
export const findingIds = [
  'not_examined',
  'configuration',
  'provider_unreachable',
  'provider_timeout',
  'provider_tls',
  'provider_plain_http',
  'provider_unreadable',
  'issuer_mismatch',
  'provider_metadata',
  'provider_offer',
  'provider_certificate',
  'public_address_unreachable',
  'public_address_tls',
  'public_address_certificate',
  'public_address_not_gateway',
  'several_instances',
  'forwarding_ignored',
  'forwarding_missing',
  'gateway_not_ready',
  'gateway_warning',
  'admin_in_kubernetes',
  'client_auth_method',
  'client_secret',
  'client_unknown',
  'client_grant',
  'token_endpoint',
  'redirect_uri',
  'consent',
  'prompt_none',
  'authorization_request',
  'sign_in',
  'subject_missing',
  'claim_missing',
  'cookies',
  'authsignal_unreachable',
  'authsignal_timeout',
  'authsignal_tls',
  'authsignal_down',
  'authsignal_path',
  'authsignal_key',
  'authsignal_region',
  'authsignal_rate',
  'authsignal_methods',
  'authsignal_track',
  'challenge_host',
  'provider_clock',
  'authsignal_clock',
  'upstream_public',
  'upstream_reachable',
] as const

export type FindingId = (typeof findingIds)[number]

/**
 * What an examination came to. `fine`: it is as it should be. `wrong`: sign-ins fail, will fail soon, or can be got
 * around. `unknown`: it can't be seen from here.
 */
export type Finding =
  | { readonly kind: 'fine'; readonly about: string }
  | { readonly kind: 'wrong'; readonly id: FindingId; readonly about: string; readonly fix: string }
  | { readonly kind: 'unknown'; readonly about: string; readonly fix?: string | undefined }

export const fine = (about: string): Finding => ({ kind: 'fine', about })

export const wrong = (id: FindingId, about: string, fix: string): Finding => ({
  kind: 'wrong',
  id,
  about,
  fix,
})

/** @param fix how it can be seen. */
export const unknown = (about: string, fix?: string): Finding => ({ kind: 'unknown', about, fix })

export const isWrong = ({ kind }: Finding): boolean => kind === 'wrong'

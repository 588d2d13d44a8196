import type { ClientMetadata } from 'oidc-provider'

/** A person who can sign in at the lab's OP. The password is the username. */
export interface LabUser {
  /** The `sub` claim; it differs from the username so that nobody takes the one for the other. */
  readonly sub: string
  readonly username: string
  readonly name: string
  readonly email: string
  /** How this person's sign-in is described in `amr` (RFC 8176). */
  readonly amr: readonly string[]
}

export const PASSWORD_AMR: readonly string[] = ['pwd']
export const MFA_AMR: readonly string[] = ['pwd', 'otp', 'mfa']

/** A key of the person's own device and no password (RFC 8176). */
export const PASSKEY_AMR: readonly string[] = ['swk']

/** The `acr` that the OP gives for a set of `amr` values. */
export function acrOf(amr: readonly string[]): string {
  if (amr.includes('mfa')) return 'urn:lab:mfa'
  return amr.includes('swk') ? 'urn:lab:passkey' : 'urn:lab:pwd'
}

/** All come with a password; dave has done a second factor at the OP already. */
export const LAB_USERS: readonly LabUser[] = [
  makeUser('alice', 'Alice Archer', PASSWORD_AMR),
  makeUser('bob', 'Bob Baker', PASSWORD_AMR),
  makeUser('carol', 'Carol Cooper', PASSWORD_AMR),
  makeUser('dave', 'Dave Dyer', MFA_AMR),
  makeUser('erin', 'Erin Ellis', PASSWORD_AMR),
]

function makeUser(username: string, name: string, amr: readonly string[]): LabUser {
  return { sub: `user-${username}`, username, name, email: `${username}@example.com`, amr }
}

/** A client of the OP. `consent`: its users are asked; the others get what they ask for without a page. */
export type LabClient = ClientMetadata & { readonly consent?: boolean }

/** A confidential web application: code flow with refresh tokens, at `{url}/signin-oidc`. */
export function makeWebClient(clientId: string, url: string, more: Partial<LabClient> = {}): LabClient {
  return {
    client_id: clientId,
    client_name: clientId,
    client_secret: secretOf(clientId),
    redirect_uris: [`${url}/signin-oidc`],
    post_logout_redirect_uris: [`${url}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    ...more,
  }
}

/** The client with which the gateway asks who the user is. */
export function makeProbeClient(publicUrl: string, clientId = 'step-up-gateway'): LabClient {
  return {
    client_id: clientId,
    client_name: 'Step-up gateway',
    client_secret: secretOf(clientId),
    redirect_uris: [`${publicUrl}/step-up/probe`],
    backchannel_logout_uri: `${publicUrl}/step-up/backchannel-logout`,
    backchannel_logout_session_required: true,
    token_endpoint_auth_method: 'client_secret_post',
  }
}

/** The secret of a client of the lab: the same in each start, so that an example configuration can hold it. */
export function secretOf(clientId: string): string {
  return `${clientId}-secret-of-the-lab-only`
}

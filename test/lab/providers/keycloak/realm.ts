import type { ClientRegistration } from '../kit.ts'
import { describeFlows } from './flows.ts'
import { describeUsers } from './people.ts'

/** The name of the realm: a part of its issuer. */
export const REALM = 'step-up'

/** What a realm needs to know of the machine that it runs on. */
export interface RealmOptions {
  readonly clients: readonly ClientRegistration[]
  /** The loopback port of an SMTP server, for the mail of a forgotten password. */
  readonly mailPort: number
}

/**
 * The JSON that Keycloak imports. What is not named is as in a new realm: flows, client scopes, the account console.
 * Registration and forgotten passwords are on, since both are ways to a code without the login form.
 */
export function describeRealm({ clients, mailPort }: RealmOptions): Record<string, unknown> {
  return {
    realm: REALM,
    enabled: true,
    sslRequired: 'none',
    registrationAllowed: true,
    resetPasswordAllowed: true,
    // Several people of a test may need a code within the same 30 seconds.
    otpPolicyType: 'totp',
    otpPolicyAlgorithm: 'HmacSHA1',
    otpPolicyDigits: 6,
    otpPolicyPeriod: 30,
    otpPolicyInitialCounter: 0,
    otpPolicyLookAheadWindow: 1,
    otpPolicyCodeReusable: true,
    smtpServer: { host: '127.0.0.1', port: String(mailPort), from: 'keycloak@example.com' },
    ...describeFlows(),
    users: describeUsers(),
    clients: clients.map(describeClient),
  }
}

/** A confidential client; it authenticates by Basic or by the body, as it likes. */
function describeClient(client: ClientRegistration): Record<string, unknown> {
  return {
    clientId: client.clientId,
    name: client.clientId,
    secret: client.clientSecret,
    clientAuthenticatorType: 'client-secret',
    redirectUris: client.redirectUris,
    webOrigins: ['+'],
    standardFlowEnabled: true,
    directAccessGrantsEnabled: false,
    consentRequired: client.consent,
    frontchannelLogout: client.frontchannelLogoutUri !== undefined,
    attributes: {
      'post.logout.redirect.uris': client.postLogoutRedirectUris.join('##'),
      ...(client.backchannelLogoutUri !== undefined && {
        'backchannel.logout.url': client.backchannelLogoutUri,
        'backchannel.logout.session.required': 'true',
      }),
      ...(client.frontchannelLogoutUri !== undefined && {
        'frontchannel.logout.url': client.frontchannelLogoutUri,
        'frontchannel.logout.session.required': 'true',
      }),
    },
    protocolMappers: [
      {
        name: 'amr',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-amr-mapper',
        config: { 'id.token.claim': 'true', 'access.token.claim': 'true' },
      },
    ],
  }
}

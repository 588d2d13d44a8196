import { generateKeyPairSync } from 'node:crypto'
import type { ClientRegistration, Person } from '../kit.ts'

/** The name of the OpenID Connect plugin: a part of its paths. */
export const PLUGIN = 'oidc'

/** Less than its default of 600, which no challenge outlasts. */
export const CODE_SECONDS = 60

/** What an administrator adds to a new Glewlwyd: paths of its API with what is posted there. */
export function describeSettings(
  issuer: string,
  people: readonly Person[],
  clients: readonly ClientRegistration[],
): (readonly [path: string, body: unknown])[] {
  return [
    ['/scope', describeScope('profile')],
    ['/scope', describeScope('email')],
    ['/mod/plugin', describePlugin(issuer)],
    ...people.map((person) => ['/user', describeUser(person)] as const),
    ...clients.map((client) => ['/client', describeClient(client)] as const),
  ]
}

function describeScope(name: string) {
  const description = `claims of ${name}`
  return { name, display_name: name, description, password_required: true, password_max_age: 0, scheme: {} }
}

function describePlugin(issuer: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    module: 'oidc',
    name: PLUGIN,
    display_name: 'OpenID Connect',
    enabled: true,
    parameters: {
      iss: issuer,
      'jwt-type': 'rsa',
      'jwt-key-size': '256',
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      cert: publicKey.export({ type: 'spki', format: 'pem' }),
      'jwks-show': true,
      'access-token-duration': 3600,
      'refresh-token-duration': 1_209_600,
      'code-duration': CODE_SECONDS,
      'auth-type-code-enabled': true,
      'auth-type-refresh-enabled': true,
      'auth-type-client-enabled': false,
      'auth-type-device-enabled': false,
      'auth-type-implicit-enabled': false,
      'auth-type-none-enabled': false,
      'auth-type-password-enabled': false,
      'auth-type-token-enabled': false,
      'allowed-scope': ['openid', 'profile', 'email'],
      'subject-type': 'public',
      'pkce-allowed': true,
      'pkce-method-plain-allowed': false,
      'oauth-par-allowed': true,
      'oauth-par-required': false,
      'oauth-par-duration': 90,
      'oauth-par-request_uri-prefix': 'urn:ietf:params:oauth:request_uri:',
      'oauth-as-iss-id': true,
      'session-management-allowed': true,
      'session-cookie-name': 'GLEWLWYD2_OIDC_SESSION',
      'session-cookie-expiration': 2_419_200,
    },
  }
}

function describeUser({ username, password }: Person) {
  const scope = ['openid', 'profile', 'email']
  return { username, password, name: username, email: `${username}@example.com`, scope, enabled: true }
}

function describeClient(client: ClientRegistration) {
  return {
    client_id: client.clientId,
    name: client.clientId,
    enabled: true,
    confidential: true,
    client_secret: client.clientSecret,
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'],
    redirect_uri: client.redirectUris,
    authorization_type: ['code', 'refresh_token'],
    scope: [],
  }
}

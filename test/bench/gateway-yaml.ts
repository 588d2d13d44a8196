import type { Yaml } from '../lab/start-gateway.ts'

const secret = 'a-secret-of-the-benchmark-with-32-bytes'

export interface Place {
  readonly publicUrl: string
  readonly port: number
  readonly adminPort: number
  readonly opPort: number
}

/** Which paths of the OP have which of the features. */
export interface Paths {
  readonly json: readonly string[]
  readonly login: readonly string[]
  readonly protectedPath: string
}

const usualPaths: Paths = { json: ['/api/sign-in'], login: ['/sign-in'], protectedPath: '/profile' }

/** A gateway with all its features on, for an OP that only answers what is measured. */
export function describeGateway(
  { publicUrl, port, adminPort, opPort }: Place,
  { clients = {}, paths = usualPaths }: { clients?: Yaml | undefined; paths?: Paths } = {},
): Yaml {
  return {
    publicUrl,
    listen: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: adminPort },
    upstream: { url: `http://127.0.0.1:${opPort}` },
    provider: {
      preset: 'oidc-provider',
      issuer: publicUrl,
      jsonPaths: paths.json,
      probe: { clientSecret: secret },
    },
    authsignal: {
      apiUrl: 'http://127.0.0.1:9',
      apiSecretKey: secret,
      challengeHosts: ['http://127.0.0.1:9'],
    },
    passkeys: {
      tenantId: 'lab',
      signIn: { loginPaths: paths.login, jwt: { path: '{page}/passkey', algorithm: 'HS256', secret } },
    },
    clients: { web: { mode: 'enforce', redirectUris: ['https://app.example.com/cb'] }, ...clients },
    protectedPaths: [{ path: paths.protectedPath }],
  }
}

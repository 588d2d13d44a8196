import type { ClientPolicy, Config } from '../../src/config/schema/schema.ts'

type Parts = {
  [K in 'upstream' | 'provider']?: Partial<Config[K]>
} & { publicUrl?: string; hosts?: string[]; probe?: Partial<Config['provider']['probe']> }

/** A whole Config around the parts that a test is about. The public address is never the upstream's. */
export function makeConfig({ upstream, provider, probe, ...top }: Parts): Config {
  const publicUrl = top.publicUrl ?? 'https://login.example.com'
  const defaults: ClientPolicy = {
    clientId: '',
    mode: 'off',
    redirectUris: [],
    responseTypes: ['code'],
    action: 'oidc-authorize',
    unenrolled: 'enroll',
    methods: [],
    satisfiedByAmr: [],
    remember: 0,
    onError: 'deny',
    grants: [],
    refreshTokens: 'any',
    send: [],
    returnUris: [],
    custom: {},
  }
  return {
    publicUrl,
    hosts: top.hosts ?? [],
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    pathPrefix: '/step-up',
    trustedProxies: [],
    forwardingHeader: 'X-Forwarded-For',
    maxHeaderSize: 32768,
    upstream: { url: 'http://127.0.0.1:9', names: [], timeout: 60_000, tls: {}, ...upstream },
    provider: {
      preset: 'generic',
      issuer: publicUrl,
      endpoints: {},
      authorizePaths: [],
      tokenPaths: [],
      closedPaths: [],
      foldsCase: false,
      jsonPaths: [],
      subject: 'sub',
      compare: ['auth_time'],
      session: ['sid', 'auth_time'],
      renewsSession: false,
      codeLifetime: 60_000,
      ...provider,
      probe: {
        by: 'server',
        clientId: 'step-up-gateway',
        clientSecret: 'the secret of the probe',
        clientAuth: 'client_secret_post',
        scope: 'openid profile email',
        responseType: 'code',
        prompt: 'none',
        params: {},
        userinfo: false,
        cookies: ['_session', '_session.sig'],
        timeout: 60_000,
        perSession: 100,
        perAddress: 3000,
        ...probe,
      },
    },
    authsignal: {
      apiUrl: 'http://127.0.0.1:9',
      apiSecretKey: 'unused',
      timeout: 60_000,
      challengeHosts: ['*.authsignal.com'],
    },
    store: 'memory',
    shutdown: { delay: 0, grace: 8000 },
    reload: { interval: 10_000 },
    stepUp: { timeout: 600_000, session: 43_200_000, perUser: 10, perAddress: 300 },
    clients: new Map(),
    defaults,
    protectedPaths: [],
    log: { level: 'info', subject: 'plain' },
    pages: {},
  }
}

import t from 'tap'
import { resolveIssuerPaths } from '../../../src/config/schema/issuer-path.ts'
import { configSchema } from '../../../src/config/schema/schema.ts'
import { valid } from '../valid.ts'

const paths = {
  endpoints: { authorization: '{issuer}/authorize', token: 'https://login.example.com/token', jwks: '/keys' },
  authorizePaths: ['{issuer}/authorize/callback', '/authorize'],
  tokenPaths: ['{issuer}/token'],
  closedPaths: ['{issuer}/register'],
  jsonPaths: ['{issuer}/session'],
}

for (const [issuer, base] of [
  ['https://login.example.com/realms/a', '/realms/a'],
  ['https://login.example.com/realms/a/', '/realms/a'],
  ['https://login.example.com', ''],
  ['https://login.example.com/', ''],
] as const) {
  t.same(
    resolveIssuerPaths({ issuer, subject: 'sub', ...paths }),
    {
      issuer,
      subject: 'sub',
      endpoints: {
        authorization: `${base}/authorize`,
        token: 'https://login.example.com/token',
        jwks: '/keys',
      },
      authorizePaths: [`${base}/authorize/callback`, '/authorize'],
      tokenPaths: [`${base}/token`],
      closedPaths: [`${base}/register`],
      jsonPaths: [`${base}/session`],
    },
    issuer,
  )
}

t.test('in a configuration the path is that of the issuer, or of publicUrl', async (t) => {
  const parse = (provider: object) =>
    configSchema.safeParse({ ...valid, provider: { ...valid.provider, ...provider } })
  const { authorizePaths } = paths
  const issuer = 'https://login.example.com/tenants/1'
  t.same(parse({ issuer, authorizePaths }).data?.provider.authorizePaths, [
    '/tenants/1/authorize/callback',
    '/authorize',
  ])
  t.same(parse({ authorizePaths }).data?.provider.authorizePaths, ['/authorize/callback', '/authorize'])
  t.equal(
    parse({ issuer, endpoints: paths.endpoints }).data?.provider.endpoints.authorization,
    '/tenants/1/authorize',
  )
  for (const [path, message] of [
    ['{issuer}', 'names nothing below the issuer'],
    ['{issuer}token', 'is not an absolute path'],
    ['{issuer}/{issuer}/token', 'has a wildcard or a parameter, which paths do not know'],
    ['/{issuer}/token', 'has a wildcard or a parameter, which paths do not know'],
    ['{realm}/token', 'is not an absolute path'],
    ['{issuer}/../token', 'is not a plain path'],
  ]) {
    t.match(parse({ closedPaths: [path] }).error?.issues, [{ message }], `closedPaths: ${path}`)
    t.match(parse({ endpoints: { token: path } }).error?.issues, [{ message }], `endpoints: ${path}`)
  }
})

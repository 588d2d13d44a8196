import { z } from 'zod'
import { authorizePath, endpoint, path } from './addresses.ts'
import { duration, secret, text, textLike } from './text.ts'

const claim = textLike(/^[!-~]+$/, 'the name of a claim', 'write the name of a claim such as sub')
const ownParameters =
  /^(client_id|client_secret|redirect_uri|response_type|response_mode|scope|state|nonce|prompt|code_challenge|code_challenge_method|request|request_uri)$/

const cookie = textLike(
  /^[!#$%&'+\-.^_`|~0-9A-Za-z]+\*?$/,
  'the name of a cookie',
  'write a cookie name; only a * at its end stands for anything',
)
const parameter = textLike(
  /^[A-Za-z0-9._~-]+$/,
  'the name of a parameter',
  'use letters, digits, . _ ~ and -',
).refine((name) => !ownParameters.test(name), {
  message: 'is a parameter that the gateway sets itself',
  params: { fix: 'remove it' },
})

/** An optional URL or path of the OP, with its description. */
function door(what: string) {
  return z.exactOptional(endpoint).describe(`${what}: an absolute URL, or a path on the upstream.`)
}

const endpointsSchema = z.strictObject({
  authorization: door('The authorization endpoint'),
  token: door('The token endpoint'),
  jwks: door("The JWK Set that holds the OP's keys"),
  pushedAuthorizationRequest: door('The endpoint of pushed authorization requests (RFC 9126)'),
  deviceAuthorization: door('The device authorization endpoint (RFC 8628)'),
  backchannelAuthentication: door('The backchannel authentication endpoint (CIBA)'),
  userinfo: door('The userinfo endpoint'),
  revocation: door('The revocation endpoint (RFC 7009)'),
  introspection: door('The introspection endpoint (RFC 7662)'),
  endSession: door('The end session endpoint'),
  registration: door('The dynamic registration endpoint (RFC 7591)'),
})

const probeSchema = z.strictObject({
  by: z
    .enum(['server', 'browser'])
    .default('server')
    .describe(
      "Who asks the OP who the user is. server: the gateway, with the browser's session cookies. browser: the browser itself, by a redirect through the OP, for an OP that can't be asked otherwise.",
    ),
  clientId: textLike(
    /^[ -~]{1,1024}$/,
    'a client_id',
    'write the client_id of the client that you registered for the gateway',
  )
    .default('step-up-gateway')
    .describe('The client_id of the gateway itself at the OP.'),
  clientSecret: secret()
    .describe('The secret of that client.')
    .meta({ examples: [`\${PROBE_CLIENT_SECRET}`] }),
  clientAuth: z
    .enum(['client_secret_post', 'client_secret_basic'])
    .default('client_secret_post')
    .describe('How the gateway authenticates at the token endpoint.'),
  scope: text('write scopes with openid among them, such as openid profile email', (value) => {
    if (!/^[!-~]+( [!-~]+)*$/.test(value)) return 'is not a list of scopes with single spaces between them'
    return value.split(' ').includes('openid') ? undefined : 'has no openid among its scopes'
  })
    .default('openid profile email')
    .describe('The scopes that the probe requests; openid must be one of them.'),
  responseType: z
    .enum(['code', 'id_token'])
    .default('code')
    .describe(
      'What the gateway asks for with the session cookies. id_token: each probe is one request instead of two; the OP must let the client have ID tokens from the authorization endpoint too.',
    ),
  prompt: z
    .enum(['none', 'omit'])
    .default('none')
    .describe('none: the probe sends prompt=none. omit: it sends no prompt, for an OP that fails on it.'),
  params: z
    .record(parameter, z.string())
    .default({})
    .describe("More parameters of the probe's authorization request, by name."),
  userinfo: z
    .boolean()
    .default(false)
    .describe(
      'Whether the userinfo endpoint supplies claims for `send` that the ID token lacks; never the subject.',
    ),
  cookies: z
    .array(cookie)
    .min(1)
    .describe(
      "The OP's session cookies, which the probe sends; a * at the end of a name matches chunks. Never list one-time cookies.",
    )
    .meta({ examples: [['session']] }),
  timeout: duration('1ms', '5m')
    .prefault('5s')
    .describe('How long the whole probe may take, including the token request.'),
  perSession: z
    .int()
    .min(1)
    .default(100)
    .describe(
      'How many probes one session at the OP may cause within 10 minutes; pages, frames and parts of pages are counted separately.',
    ),
  perAddress: z
    .int()
    .min(1)
    .default(3000)
    .describe(
      'How many probes one address may cause within 10 minutes; pages, frames and parts of pages are counted separately.',
    ),
})

/** `provider`: the OP as a protocol sees it. In its paths, `{issuer}` at the start stands for the issuer's path. */
export const providerSchema = z.strictObject({
  preset: z
    .string()
    .default('generic')
    .describe(
      'A file of config/presets/, without .yaml, or your own, relative to this file: ./our-op.yaml. Keys set here override it.',
    ),
  issuer: z
    .exactOptional(
      text('write the issuer as the OP spells it, such as https://login.example.com', (value) => {
        if (!/^https?:\/\/[^/?#\\@\s]+[^?#\\@\s]*$/.test(value) || !URL.canParse(value))
          return 'is not an issuer URL'
        return undefined
      }),
    )
    .describe("The OP's issuer identifier, exactly as its ID tokens spell it. Default: publicUrl."),
  endpoints: endpointsSchema
    .prefault({})
    .describe('Endpoints of the OP, if its discovery document is missing or wrong.'),
  authorizePaths: z
    .array(authorizePath)
    .default([])
    .describe(
      "More paths of the OP that answer authorization requests; {issuer} at the start of any path stands for the issuer's path.",
    ),
  tokenPaths: z
    .array(path)
    .default([])
    .describe('More paths of the OP, or spellings of them, that answer token requests.'),
  closedPaths: z
    .array(path)
    .default([])
    .describe('Paths of the OP that the gateway answers with 404, including everything below them.'),
  foldsCase: z
    .boolean()
    .default(false)
    .describe(
      'Whether the OP ignores the case of paths. If not, other spellings of a guarded endpoint are refused.',
    ),
  foldsCookieCase: z
    .exactOptional(z.boolean())
    .describe(
      'Whether the OP ignores the case of cookie names, as ASP.NET does. If so, a cookie that differs from a session cookie in case alone is refused. Default: foldsCase.',
    ),
  jsonPaths: z
    .array(path)
    .default([])
    .describe('Paths of the OP whose JSON answers may contain the redirect of a scripted sign-in.'),
  subject: claim.default('sub').describe('The ID token claim that is the user id at Authsignal.'),
  compare: z
    .array(claim)
    .default(['auth_time'])
    .describe('Claims that must be equal in the ID tokens of the probe and of the client.'),
  session: z
    .array(z.enum(['sid', 'auth_time']))
    .min(1)
    .default(['sid', 'auth_time'])
    .describe(
      "The ID token claims that tell one of the user's sessions from another. Leave out sid where the OP gives each client, or each response, one of its own.",
    ),
  renewsSession: z
    .boolean()
    .default(false)
    .describe(
      'Whether the OP gives the browser another session cookie whenever another user signs in. protectedPaths with probe.by: browser rest on it.',
    ),
  codeLifetime: duration('1s', '10m')
    .prefault('60s')
    .describe('How long an authorization code of the OP is valid.'),
  probe: probeSchema.describe('How the gateway asks the OP who the user is.'),
})

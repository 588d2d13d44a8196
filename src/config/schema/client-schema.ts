import { z } from 'zod'
import type { PolicyOrigin } from '../policy-origin.ts'
import { redirectUri } from './redirect-uri.ts'
import { duration, text, textLike } from './text.ts'

const reservedDataPoints =
  /^(client_id|request|amr|acr|scope|acr_values|prompt|seconds_since_step_up|mode|page|display_name)$/

const clientId = textLike(
  /^[ -~]{1,1024}$/,
  'a client_id',
  'write the client_id as the OP has it, 1 to 1024 printable ASCII characters (RFC 6749 appendix A.1)',
)
const word = textLike(/^[!-~]{1,256}$/, 'one word', 'write one value without white space')
const method = textLike(
  /^[A-Z][A-Z0-9_]*$/,
  'a verification method',
  'write it as Authsignal does, such as PASSKEY or AUTHENTICATOR_APP',
)
const dataPoint = textLike(/^[A-Za-z0-9_.-]{1,64}$/, 'a name', 'use letters, digits, _ . and -').refine(
  (name) => !reservedDataPoints.test(name),
  { message: 'is a data point that the gateway sends itself', params: { fix: 'choose another name' } },
)
const dataValue = z.union([
  z.string(),
  z.number().refine((value) => !Number.isInteger(value) || Number.isSafeInteger(value), {
    message: 'is a number too large to be exact',
    params: { fix: 'put it in quotes' },
  }),
  z.boolean(),
])

const date = text('write a date such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z', (value) =>
  z.iso.date().safeParse(value).success || z.iso.datetime({ offset: true }).safeParse(value).success
    ? undefined
    : 'is not a date',
).transform((value) => Date.parse(value))
const returnUri = text('write a URL such as https://app.example.com/settings', (value) =>
  /^https?:\/\/[!-~]+$/.test(value) && URL.canParse(value) && new URL(value).username === ''
    ? undefined
    : 'is not a web address',
)

/** The keys of every policy: a listed client, `defaults`, a protected path. */
export const policyFields = z.strictObject({
  responseTypes: z
    .array(
      z.enum(['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']),
    )
    .min(1)
    .describe('The response types that the client may request; all others are refused.'),
  action: textLike(
    /^[a-zA-Z0-9_-]{1,64}$/,
    'an action code',
    'use 1 to 64 letters, digits, _ and -',
  ).describe('The Authsignal action whose rules decide, 1 to 64 letters, digits, _ and -.'),
  unenrolled: z
    .enum(['enroll', 'deny', 'allow'])
    .describe(
      'What happens to a user without an authenticator, whom Authsignal never challenges. enroll: the challenge page enrols one, so the password is enough to enrol the first factor. deny: the request is refused. allow: it passes.',
    ),
  graceUntil: z
    .exactOptional(date)
    .describe(
      'With unenrolled: enroll: until when a user without an authenticator may skip the enrolment, such as 2027-01-31 or 2027-01-31T18:00:00Z.',
    ),
  methods: z
    .array(method)
    .describe('The Authsignal verification methods that count, such as PASSKEY; an empty list: any.'),
  satisfiedByAmr: z
    .array(word)
    .describe(
      "amr values (RFC 8176) of the OP. If the user's sign-in has any of them, Authsignal is not asked.",
    ),
  remember: duration('0s', '12h').describe(
    'How long a step-up counts for the same browser, OP session and action; 0s: not beyond its request.',
  ),
  onError: z
    .enum(['deny', 'allow'])
    .describe('What happens when Authsignal does not answer. allow fails open and is audited as such.'),
  grants: z
    .array(word)
    .describe('The grant types that the client may use at the token endpoint; all others are refused.'),
  refreshTokens: z
    .enum(['any', 'released'])
    .describe(
      'released: only refresh tokens that the gateway released. any: also those from before the gateway.',
    ),
  refreshMaxAge: z
    .exactOptional(duration('1s', '8760h'))
    .describe('How long after its release a refresh token may be used; then the user must sign in again.'),
  send: z
    .array(z.enum(['username', 'email', 'phone', 'displayName', 'locale']))
    .describe('The user attributes that Authsignal gets besides the user id.'),
  rememberDevice: z
    .exactOptional(duration('1h', '8760h'))
    .describe(
      'How long Authsignal remembers a device if the user agrees after a step-up (device.isRemembered in its rules). Unset: users are not asked.',
    ),
  returnUris: z
    .array(returnUri)
    .describe("Addresses of the application that the gateway's passkey page may link back to."),
  custom: z
    .record(dataPoint, dataValue)
    .describe('More custom data points for the rules: text, numbers or booleans by name.'),
})

/** The policy of one client: its own keys over `defaults`. */
export interface ClientPolicy extends z.output<typeof policyFields> {
  clientId: string
  mode: 'off' | 'monitor' | 'enforce'
  redirectUris: string[]
  startUri?: string
  codeLifetime?: number
  /** Where it stands; absent of one that was read from no file. */
  origin?: PolicyOrigin
}

/** What a section of the YAML may set of a policy. */
export type PolicyKey = Exclude<keyof ClientPolicy, 'origin'>

const { shape } = policyFields

/** `defaults`: the policy of clients that are not listed; listed ones inherit it. */
export const defaultsSchema = z.strictObject({
  mode: z
    .enum(['off', 'monitor', 'enforce'])
    .default('off')
    .describe(
      'What happens to clients that are not listed: off, monitor, or enforce, which identifies them by their authorization request.',
    ),
  responseTypes: shape.responseTypes.default(['code']),
  action: shape.action.default('oidc-authorize'),
  unenrolled: shape.unenrolled.default('enroll'),
  graceUntil: shape.graceUntil,
  methods: shape.methods.default([]),
  satisfiedByAmr: shape.satisfiedByAmr.default([]),
  remember: shape.remember.prefault('0s'),
  onError: shape.onError.default('deny'),
  grants: shape.grants.default(['authorization_code', 'refresh_token']),
  refreshTokens: shape.refreshTokens.default('any'),
  refreshMaxAge: shape.refreshMaxAge,
  send: shape.send.default(['username']),
  rememberDevice: shape.rememberDevice,
  returnUris: shape.returnUris.default([]),
  custom: shape.custom.default({}),
})

/** One listed client; it inherits missing keys from `defaults`. */
export const clientSchema = policyFields
  .exactPartial()
  .extend({
    clientId: z
      .exactOptional(clientId)
      .describe('The client_id, if it differs from the key of this mapping.'),
    mode: z
      .enum(['off', 'monitor', 'enforce'])
      .describe(
        'off: untouched. monitor: decisions are logged but not enforced; browsers get a cookie. enforce: no code and no token without a release.',
      )
      .meta({ examples: ['monitor'] }),
    redirectUris: z
      .exactOptional(z.array(redirectUri))
      .describe(
        "The client's redirect URIs, as registered at the OP. Required unless mode is off and defaults do not enforce. Of http on a loopback address the port does not count, and http://127.0.0.1/* stands for every path.",
      )
      .meta({ examples: [['https://app.example.com/callback']] }),
    startUri: z
      .exactOptional(returnUri)
      .describe(
        'Where a user starts the sign-in anew when it can not go on by itself. Default: the origin of the redirect URIs, if they have one.',
      ),
    codeLifetime: z
      .exactOptional(duration('1s', '10m'))
      .describe(
        'How long an authorization code for this client is valid at the OP. Default: provider.codeLifetime.',
      ),
  })
  .describe('The policy of one client.')

/** The key of a client in `clients`, which is its client_id unless the policy names another. */
export const clientKey = clientId

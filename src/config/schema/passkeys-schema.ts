import { z } from 'zod'
import { path } from './addresses.ts'
import { policyFields } from './client-schema.ts'
import { headerName } from './header-name.ts'
import { privateKey } from './pem.ts'
import { pageRemember } from './protected-path-schema.ts'
import { secret, text, textLike } from './text.ts'

const { action, unenrolled } = policyFields.shape

const loginPath = text('write a path such as /login, or /interaction/* where a segment changes', (value) =>
  /^(?:\/(?:\*|(?!:|\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()+,=:@-]+))+\/?$|^\/$/.test(value)
    ? undefined
    : 'is not a path in which a * stands for a whole segment',
)

const isPlainPath = (value: string): boolean => value.startsWith('/') && path.safeParse(value).success

const headerPath = text('write a path such as / or /sso', (value) =>
  value === '/' || isPlainPath(value) ? undefined : 'is not a plain path',
)

/** An exact path, or one below the login page. */
const jwtPath = text('write a path such as /sso or {page}/passkey', (value) =>
  isPlainPath(value.replace(/^\{page\}(?=\/)/, '/page')) ? undefined : 'is not a plain path',
)

const headerSchema = z
  .strictObject({
    name: headerName.describe(
      'The request header whose user name the OP trusts as signed in. Only the gateway can send it to the OP.',
    ),
    path: headerPath
      .default('/')
      .describe(
        'The path that the gateway requests with that header; the OP answers it with its session cookie.',
      ),
  })
  .describe('The OP trusts a header, as with REMOTE_USER.')

const jwtSchema = z
  .strictObject({
    path: jwtPath.describe(
      'The path at which the OP accepts the JWT, which the gateway adds to the request; {page} at its start stands for the login page.',
    ),
    parameter: textLike(/^[A-Za-z0-9_-]+$/, 'the name of a parameter', 'use letters, digits, _ and -')
      .refine((name) => name !== 'return_to', {
        message: 'is the parameter that holds the return address',
        params: { fix: 'choose another name, such as token' },
      })
      .default('token')
      .describe('The name of the query parameter that holds the JWT.'),
    algorithm: z
      .enum(['ES256', 'RS256', 'EdDSA', 'HS256'])
      .default('ES256')
      .describe('How the JWT is signed (RFC 7518 3.1).'),
    key: z
      .exactOptional(privateKey())
      .describe('The private key in PEM (PKCS #8), for every algorithm except HS256.'),
    secret: z.exactOptional(secret()).describe('The shared secret, for HS256: at least 32 characters.'),
  })
  .describe('The OP accepts a signed JWT that names the user and is valid once.')

const signInSchema = z
  .strictObject({
    action: action.default('passkey-sign-in').describe('The Authsignal action that only this sign-in uses.'),
    loginPaths: z
      .array(loginPath)
      .min(1)
      .describe("The paths of the OP's login page; a * matches one segment."),
    field: textLike(/^[ -~]{1,128}$/, 'the name of a field', 'write the name of the input element')
      .default('username')
      .describe('The name of the field for the user name on that page.'),
    user: z
      .enum(['subject', 'username'])
      .default('subject')
      .describe(
        'How the OP learns who signed in: by the user id at Authsignal, or by the username that Authsignal has.',
      ),
    header: z.exactOptional(headerSchema),
    jwt: z.exactOptional(jwtSchema),
  })
  .describe("Sign-in by passkey on the OP's login page, instead of the password.")

/** `passkeys`: the page on which users manage their passkeys, and the sign-in with them. */
export const passkeysSchema = z.strictObject({
  tenantId: textLike(
    /^[A-Za-z0-9_-]{1,128}$/,
    'a tenant id',
    'write the tenant id that Authsignal shows',
  ).describe("The tenant's id at Authsignal; not a secret."),
  action: action
    .default('passkeys')
    .describe('The Authsignal action of the page; its rules must ask for a challenge.'),
  unenrolled: z
    .exactOptional(unenrolled.exclude(['allow']))
    .describe('What the page does for a user without an authenticator. Default: the value in defaults.'),
  remember: pageRemember.prefault('10m'),
  signIn: z.exactOptional(signInSchema),
})

export type PasskeySignIn = z.output<typeof signInSchema>

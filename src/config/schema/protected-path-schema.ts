import { z } from 'zod'
import { path } from './addresses.ts'
import { type ClientPolicy, policyFields } from './client-schema.ts'
import { duration } from './text.ts'

/** A page of the OP that is served only after a step-up. */
export interface ProtectedPath {
  /** Its name in rules and in the log: its path, after its methods if it names any. */
  readonly name: string
  readonly path: string
  /** Request methods (RFC 9110 9); empty: all. */
  readonly httpMethods: readonly string[]
  readonly policy: ClientPolicy
}

/** How long a proof counts if there is no code whose release would spend a pass. */
export const pageRemember = duration('1m', '12h').describe(
  'How long a step-up opens it, for the same browser, OP session and action.',
)

const { responseTypes, grants, refreshTokens, refreshMaxAge, rememberDevice, returnUris, ...fields } =
  policyFields.shape

/** One of `protectedPaths`; it inherits missing keys from `defaults`. */
export const protectedPathSchema = z
  .strictObject(fields)
  .exactPartial()
  .extend({
    path: path.describe(
      "A path of the OP, including everything below it; {issuer} at its start stands for the issuer's path.",
    ),
    httpMethods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
      .default([])
      .describe('The request methods that are protected; an empty list: all.'),
    mode: z
      .enum(['monitor', 'enforce'])
      .default('enforce')
      .describe('monitor: decisions are logged but not enforced.'),
    action: fields.action.default('account'),
    remember: pageRemember.prefault('10m'),
  })
  .describe('A page of the OP that needs a step-up, such as its account console.')

import { randomUUID } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Challenge } from '../model/challenges.ts'
import { findOrCreateUser } from '../model/model.ts'
import { findPasskey } from '../model/passkeys.ts'
import type { StandIn } from '../model/stand-in.ts'
import { ApiError, parseInput } from '../server-api/api-error.ts'
import { identifyCaller } from './client-auth.ts'
import { succeedByPasskey } from './passkey-success.ts'
import { isSignedBy } from './webauthn-answers.ts'
import { requestOptions } from './webauthn-options.ts'

const challengeBody = z.object({
  action: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  idempotencyKey: z.string().min(1).optional(),
})
const optionsBody = z.object({ challengeId: z.string().optional() })
const base64url = z.string().regex(/^[\w-]+$/)

/** AuthenticationResponseJSON, as far as something here reads it. */
export const authenticationCredential = z.custom<AuthenticationResponseJSON>(
  (value) =>
    z
      .looseObject({
        id: base64url,
        rawId: base64url,
        type: z.literal('public-key'),
        response: z.looseObject({
          clientDataJSON: base64url,
          authenticatorData: base64url,
          signature: base64url,
          userHandle: base64url.optional(),
        }),
      })
      .safeParse(value).success,
  'expected an AuthenticationResponseJSON',
)
const verifyBody = z.object({
  authenticationCredential,
  challengeId: z.string(),
  deviceId: z.string().optional(),
})

/** `POST /client/challenge`: opens a challenge for an action that nobody tracked. */
export async function startChallenge(standIn: StandIn, request: FastifyRequest): Promise<object> {
  await identifyCaller(standIn, request)
  const { action, idempotencyKey = randomUUID() } = parseInput(challengeBody, request.body)
  const { challengeId } = standIn.challenges.open('started', { actionCode: action, idempotencyKey })
  return { challengeId }
}

/** `POST …/passkey/authentication-options`: of a started challenge, of a token's action, or of none yet. */
export async function offerAuthentication(standIn: StandIn, request: FastifyRequest): Promise<object> {
  const caller = await identifyCaller(standIn, request)
  const { challengeId: startedId } = parseInput(optionsBody, request.body ?? {})
  if (caller.kind === 'token') {
    const challenge = standIn.challenges.open('authentication', caller.read.subject)
    const user = findOrCreateUser(standIn.tenant, caller.action.userId)
    return {
      challengeId: challenge.challengeId,
      options: await requestOptions(standIn.tenant, challenge, user),
    }
  }
  const started = startedId === undefined ? undefined : standIn.challenges.find(startedId, 'started')
  if (startedId !== undefined && started === undefined) throw challengeGone()
  const { actionCode = '', idempotencyKey = randomUUID() } = started ?? {}
  const purpose = { actionCode, idempotencyKey, parentId: startedId }
  const challenge = standIn.challenges.open('authentication', purpose)
  return { challengeId: challenge.challengeId, options: await requestOptions(standIn.tenant, challenge) }
}

/** `POST /client/verify/passkey`: the answer to a challenge, which it uses up, right or wrong. */
export async function verifyPasskey(standIn: StandIn, request: FastifyRequest): Promise<object> {
  const caller = await identifyCaller(standIn, request)
  const { authenticationCredential: answer, challengeId, deviceId } = parseInput(verifyBody, request.body)
  const challenge = standIn.challenges.take(challengeId, 'authentication')
  if (challenge === undefined) throw challengeGone()
  if (challenge.userId !== (caller.kind === 'token' ? caller.action.userId : undefined)) throw challengeGone()
  const { user, passkey } = await checkAssertion(standIn, challenge, answer)
  const accessToken = await succeedByPasskey(standIn, user, challenge, deviceId)
  return {
    isVerified: true,
    accessToken,
    userId: user.userId,
    userAuthenticatorId: passkey.userAuthenticatorId,
    username: passkey.username,
    userDisplayName: passkey.displayName,
  }
}

/** Whose passkey signed; throws 400 `unknown_credential` or `invalid_credential`. */
export async function checkAssertion(
  standIn: StandIn,
  challenge: Challenge,
  answer: AuthenticationResponseJSON,
  origins?: readonly string[],
) {
  const found = findPasskey(standIn.tenant, answer.id)
  if (found === undefined)
    throw new ApiError(400, 'unknown_credential', 'The passkey is not known, or was removed.')
  const { user, passkey } = found
  const { userHandle } = answer.response
  const isTheirs =
    (userHandle ?? user.passkeyHandle) === user.passkeyHandle &&
    (challenge.userId ?? user.userId) === user.userId
  if (!isTheirs || !(await isSignedBy(standIn.tenant, challenge, passkey, answer, origins)))
    throw new ApiError(400, 'invalid_credential', 'The passkey’s answer does not hold.')
  passkey.lastVerifiedAt = standIn.tenant.now()
  return found
}

/** One answer for a challenge that is expired, used, another's or made up. */
export function challengeGone(): ApiError {
  return new ApiError(400, 'invalid_request', 'The challenge is expired, used or not known.')
}

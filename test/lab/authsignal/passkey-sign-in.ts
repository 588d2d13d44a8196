import { randomUUID } from 'node:crypto'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ApiError, parseInput } from './api-error.ts'
import type { Challenge } from './challenges.ts'
import { identifyCaller } from './client-auth.ts'
import type { Lab } from './lab.ts'
import { findOrCreateUser } from './model.ts'
import { succeedByPasskey } from './passkey-success.ts'
import { findPasskey } from './passkeys.ts'
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
export async function startChallenge(lab: Lab, request: FastifyRequest): Promise<object> {
  await identifyCaller(lab, request)
  const { action, idempotencyKey = randomUUID() } = parseInput(challengeBody, request.body)
  const { challengeId } = lab.challenges.open('started', { actionCode: action, idempotencyKey })
  return { challengeId }
}

/** `POST …/passkey/authentication-options`: of a started challenge, of a token's action, or of none yet. */
export async function offerAuthentication(lab: Lab, request: FastifyRequest): Promise<object> {
  const caller = await identifyCaller(lab, request)
  const { challengeId: startedId } = parseInput(optionsBody, request.body ?? {})
  if (caller.kind === 'token') {
    const challenge = lab.challenges.open('authentication', caller.read.subject)
    const user = findOrCreateUser(lab.tenant, caller.action.userId)
    return { challengeId: challenge.challengeId, options: await requestOptions(lab.tenant, challenge, user) }
  }
  const started = startedId === undefined ? undefined : lab.challenges.find(startedId, 'started')
  if (startedId !== undefined && started === undefined) throw challengeGone()
  const { actionCode = '', idempotencyKey = randomUUID() } = started ?? {}
  const purpose = { actionCode, idempotencyKey, parentId: startedId }
  const challenge = lab.challenges.open('authentication', purpose)
  return { challengeId: challenge.challengeId, options: await requestOptions(lab.tenant, challenge) }
}

/** `POST /client/verify/passkey`: the answer to a challenge, which it uses up, right or wrong. */
export async function verifyPasskey(lab: Lab, request: FastifyRequest): Promise<object> {
  const caller = await identifyCaller(lab, request)
  const { authenticationCredential: answer, challengeId, deviceId } = parseInput(verifyBody, request.body)
  const challenge = lab.challenges.take(challengeId, 'authentication')
  if (challenge === undefined) throw challengeGone()
  if (challenge.userId !== (caller.kind === 'token' ? caller.action.userId : undefined)) throw challengeGone()
  const { user, passkey } = await checkAssertion(lab, challenge, answer)
  const accessToken = await succeedByPasskey(lab, user, challenge, deviceId)
  return {
    isVerified: true,
    accessToken,
    userId: user.userId,
    userAuthenticatorId: passkey.userAuthenticatorId,
    username: passkey.username ?? user.attributes.username,
    userDisplayName: passkey.displayName ?? user.attributes.displayName,
  }
}

/** Whose passkey signed; throws 400 `unknown_credential` or `invalid_credential`. */
export async function checkAssertion(
  lab: Lab,
  challenge: Challenge,
  answer: AuthenticationResponseJSON,
  origins?: readonly string[],
) {
  const found = findPasskey(lab.tenant, answer.id)
  if (found === undefined)
    throw new ApiError(400, 'unknown_credential', 'The passkey is not known, or was removed.')
  const { user, passkey } = found
  const { userHandle } = answer.response
  const isTheirs =
    (userHandle ?? user.passkeyHandle) === user.passkeyHandle &&
    (challenge.userId ?? user.userId) === user.userId
  if (!isTheirs || !(await isSignedBy(lab.tenant, challenge, passkey, answer, origins)))
    throw new ApiError(400, 'invalid_credential', 'The passkey’s answer does not hold.')
  passkey.lastVerifiedAt = lab.tenant.now()
  return found
}

/** One answer for a challenge that is expired, used, another's or made up. */
export function challengeGone(): ApiError {
  return new ApiError(400, 'invalid_request', 'The challenge is expired, used or not known.')
}

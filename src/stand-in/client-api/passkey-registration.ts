import { randomUUID } from 'node:crypto'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { findOrCreateUser } from '../model/model.ts'
import { findPasskey } from '../model/passkeys.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { User } from '../model/types.ts'
import { ApiError, parseInput } from '../server-api/api-error.ts'
import { presentAuthenticator } from '../server-api/present-authenticator.ts'
import { identifyTokenHolder } from './client-auth.ts'
import { challengeGone } from './passkey-sign-in.ts'
import { canSucceed, succeedByPasskey } from './passkey-success.ts'
import { readCredential } from './webauthn-answers.ts'
import { creationOptions } from './webauthn-options.ts'

const optionsBody = z.object({
  username: z.string().optional(),
  displayName: z.string().optional(),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
})
const base64url = z.string().regex(/^[\w-]+$/)
const registrationCredential = z.custom<RegistrationResponseJSON>(
  (value) =>
    z
      .looseObject({
        id: base64url,
        rawId: base64url,
        type: z.literal('public-key'),
        response: z.looseObject({ clientDataJSON: base64url, attestationObject: base64url }),
      })
      .safeParse(value).success,
  'expected a RegistrationResponseJSON',
)
const registrationBody = z.object({
  registrationCredential,
  challengeId: z.string(),
  conditionalCreate: z.boolean().default(false),
})

/** `POST …/passkey/registration-options`: for a token that may add, or a user who has nothing yet. */
export async function offerRegistration(standIn: StandIn, request: FastifyRequest): Promise<object> {
  const { read, user } = await mayAdd(standIn, request)
  const { authenticatorAttachment, ...named } = parseInput(optionsBody, request.body ?? {})
  const { username = user.attributes.username ?? user.attributes.email ?? user.userId } = named
  const displayName = named.displayName ?? user.attributes.displayName ?? username
  const challenge = standIn.challenges.open('registration', { ...read.subject, username, displayName })
  return {
    challengeId: challenge.challengeId,
    options: await creationOptions(standIn.tenant, challenge, user, authenticatorAttachment),
  }
}

/** `POST …/passkey`: takes the new passkey in. */
export async function registerPasskey(standIn: StandIn, request: FastifyRequest): Promise<object> {
  const { user, action } = await mayAdd(standIn, request)
  const { registrationCredential: made, ...body } = parseInput(registrationBody, request.body)
  const challenge = standIn.challenges.take(body.challengeId, 'registration')
  if (challenge === undefined || challenge.userId !== action.userId) throw challengeGone()
  const about = { userAgent: String(request.headers['user-agent']), conditional: body.conditionalCreate }
  const credential = await readCredential(standIn.tenant, challenge, made, about)
  if (credential === undefined || findPasskey(standIn.tenant, credential.credentialId) !== undefined)
    throw new ApiError(400, 'invalid_credential', 'The new passkey does not hold.')
  // An action that asks for another method, or is over, stays as it is: the passkey is added all the same.
  const accessToken = canSucceed(action)
    ? await succeedByPasskey(standIn, user, challenge)
    : await standIn.tokens.issue(action)
  const authenticator = {
    userAuthenticatorId: randomUUID(),
    verificationMethod: 'PASSKEY',
    createdAt: standIn.tenant.now(),
    lastVerifiedAt: standIn.tenant.now(),
    username: challenge.username,
    displayName: challenge.displayName,
    credential,
  }
  user.authenticators.push(authenticator)
  return {
    isVerified: true,
    accessToken,
    userId: user.userId,
    userAuthenticatorId: authenticator.userAuthenticatorId,
    userAuthenticator: presentAuthenticator(user.userId, authenticator),
  }
}

async function mayAdd(standIn: StandIn, request: FastifyRequest) {
  const caller = await identifyTokenHolder(standIn, request)
  const user: User = findOrCreateUser(standIn.tenant, caller.action.userId)
  const isGranted = caller.read.scope.split(' ').includes('add:authenticators')
  if (!isGranted && user.authenticators.length > 0)
    throw new ApiError(
      403,
      'insufficient_scope',
      'Track the action with the scope add:authenticators to add another authenticator.',
    )
  return { ...caller, user }
}

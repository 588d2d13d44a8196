import { z } from 'zod'
import { authenticationCredential, checkAssertion } from '../client-api/passkey-sign-in.ts'
import { confirmEmail, sendEmailCode, sentAddress, useEmailCode } from '../model/email-code.ts'
import type { StandIn } from '../model/stand-in.ts'
import { useCode } from '../model/totp.ts'
import type { Task, Visit } from './next-step.ts'
import type { Wrong } from './render-step.ts'

/** The fields of a form as they came. */
export type Form = Readonly<Record<string, string>>

/** What a form led to; `counts` is whether it was one of the tries that are limited. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'again' }
  | (Wrong & { readonly kind: 'wrong'; readonly counts: boolean })

type EmailTask = Extract<Task, { method: 'EMAIL_OTP' }>

/** Does what the form of a task asks for. */
export async function submitTask(standIn: StandIn, task: Task, visit: Visit, form: Form): Promise<Outcome> {
  switch (task.method) {
    case 'AUTHENTICATOR_APP': {
      const refusal = useCode(standIn.tenant, task.app, form['code'] ?? '')
      if (refusal !== undefined) return { kind: 'wrong', refusal, counts: refusal !== 'malformed' }
      if (task.kind === 'enrol') visit.user.authenticators.push(task.app)
      visit.user.pendingApp = undefined
      return { kind: 'done' }
    }
    case 'EMAIL_OTP':
      return submitEmail(standIn, task, visit, form)
    case 'PASSKEY':
      return submitPasskey(standIn, visit, form)
  }
}

function submitEmail(standIn: StandIn, task: EmailTask, { action, user }: Visit, form: Form): Outcome {
  if ('change' in form && task.address === undefined) {
    action.emailCode = undefined
    return { kind: 'again' }
  }
  const sentTo = sentAddress(action, task.address)
  if ('resend' in form || (sentTo === undefined && !('code' in form))) {
    // An address that the application gave is not the visitor's to change.
    const address = task.address ?? sentTo ?? form['email']?.trim() ?? ''
    if (!z.email().safeParse(address).success) return { kind: 'wrong', badAddress: address, counts: false }
    sendEmailCode(standIn, action, address)
    return { kind: 'again' }
  }
  const refusal = useEmailCode(standIn, action, form['code'] ?? '')
  if (refusal !== undefined || sentTo === undefined)
    return { kind: 'wrong', refusal, counts: refusal === 'wrong' }
  confirmEmail(standIn, user, sentTo)
  return { kind: 'done' }
}

async function submitPasskey(standIn: StandIn, { action }: Visit, form: Form): Promise<Outcome> {
  const challenge = standIn.challenges.take(form['challengeId'] ?? '', 'authentication')
  const answer = authenticationCredential.safeParse(parseJson(form['credential'] ?? ''))
  const wrong: Outcome = { kind: 'wrong', refusal: 'wrong', counts: false }
  const isOurs = challenge?.userId === action.userId && challenge.idempotencyKey === action.idempotencyKey
  if (challenge === undefined || !isOurs || !answer.success) return wrong
  try {
    await checkAssertion(standIn, challenge, answer.data, [standIn.hostedUrl])
    return { kind: 'done' }
  } catch {
    return wrong
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

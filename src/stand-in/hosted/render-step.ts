import { requestOptions } from '../client-api/webauthn-options.ts'
import type { ChallengePurpose } from '../model/challenges.ts'
import { hasLiveCode, sendEmailCode, sentAddress } from '../model/email-code.ts'
import type { StandIn } from '../model/stand-in.ts'
import type { CodeRefusal } from '../model/totp.ts'
import type { Action } from '../model/types.ts'
import { challengePage, enrolPage } from './app-pages.ts'
import { type EmailContext, emailAddressPage, emailCodePage } from './email-pages.ts'
import { type FormContext, messagePage } from './layout.ts'
import type { Step, Task, Visit } from './next-step.ts'
import { passkeyPage } from './passkey-page.ts'

/** What was wrong with the form that was sent before. */
export type Wrong = { readonly refusal?: CodeRefusal | undefined; readonly badAddress?: string | undefined }

/** The page of a step, or undefined where there is nothing to do but to go back. */
export async function renderStep(
  standIn: StandIn,
  step: Step,
  visit: Visit,
  wrong: Wrong,
): Promise<string | undefined> {
  const token = await standIn.tokens.issue(visit.action)
  const cancelUrl = `/challenge/cancel?t=${token}`
  switch (step.kind) {
    case 'enrol':
    case 'challenge': {
      const others = step.others.map((method) => ({ method, url: `/challenge?t=${token}&method=${method}` }))
      return renderTask(
        standIn,
        step,
        visit,
        { user: visit.user, cancelUrl, others, refusal: wrong.refusal },
        wrong,
      )
    }
    case 'elsewhere':
      return messagePage(
        'Another method is needed',
        'This stand-in can’t check the method that this sign-in asks for.',
        cancelUrl,
      )
    case 'failed':
      return messagePage('Too many wrong codes', 'This attempt is over. Go back and start again.', cancelUrl)
    case 'return':
      return undefined
  }
}

async function renderTask(
  standIn: StandIn,
  task: Task,
  visit: Visit,
  context: FormContext,
  wrong: Wrong,
): Promise<string> {
  switch (task.method) {
    case 'AUTHENTICATOR_APP':
      return task.kind === 'enrol' ? enrolPage(context, task.app.secret) : challengePage(context)
    case 'PASSKEY': {
      const challenge = standIn.challenges.open('authentication', purposeOf(visit.action))
      const options = await requestOptions(standIn.tenant, challenge, visit.user)
      return passkeyPage(context, { challengeId: challenge.challengeId, options })
    }
    case 'EMAIL_OTP':
      return renderEmail(standIn, task, visit, {
        ...context,
        given: task.address,
        badAddress: wrong.badAddress,
      })
  }
}

function purposeOf({ userId, actionCode, idempotencyKey }: Action): ChallengePurpose {
  return { userId, actionCode, idempotencyKey }
}

/** An enrolled user is sent a code on arrival; an enrolment first asks for the address, or shows it. */
function renderEmail(
  standIn: StandIn,
  task: Extract<Task, { method: 'EMAIL_OTP' }>,
  { action }: Visit,
  context: EmailContext,
): string {
  const isRefused = context.refusal !== undefined
  if (task.kind === 'challenge' && task.address !== undefined) {
    if (!isRefused && !hasLiveCode(standIn, action, task.address))
      sendEmailCode(standIn, action, task.address)
    return emailCodePage(context, 'challenge', task.address)
  }
  const sentTo = sentAddress(action, task.address)
  return sentTo === undefined ? emailAddressPage(context) : emailCodePage(context, 'enrol', sentTo)
}

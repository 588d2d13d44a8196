import type { ChallengePurpose } from './challenges.ts'
import { hasLiveCode, sendEmailCode, sentAddress } from './email-code.ts'
import { type EmailContext, emailAddressPage, emailCodePage } from './hosted-email-pages.ts'
import { type FormContext, messagePage } from './hosted-layout.ts'
import { challengePage, enrolPage } from './hosted-pages.ts'
import { passkeyPage } from './hosted-passkey-page.ts'
import type { Step, Task, Visit } from './hosted-step.ts'
import type { Lab } from './lab.ts'
import type { CodeRefusal } from './totp.ts'
import type { Action } from './types.ts'
import { requestOptions } from './webauthn-options.ts'

/** What was wrong with the form that was sent before. */
export type Wrong = { readonly refusal?: CodeRefusal | undefined; readonly badAddress?: string | undefined }

/** The page of a step, or undefined where there is nothing to do but to go back. */
export async function renderStep(
  lab: Lab,
  step: Step,
  visit: Visit,
  wrong: Wrong,
): Promise<string | undefined> {
  const token = await lab.tokens.issue(visit.action)
  const cancelUrl = `/challenge/cancel?t=${token}`
  switch (step.kind) {
    case 'enrol':
    case 'challenge': {
      const others = step.others.map((method) => ({ method, url: `/challenge?t=${token}&method=${method}` }))
      return renderTask(
        lab,
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
  lab: Lab,
  task: Task,
  visit: Visit,
  context: FormContext,
  wrong: Wrong,
): Promise<string> {
  switch (task.method) {
    case 'AUTHENTICATOR_APP':
      return task.kind === 'enrol' ? enrolPage(context, task.app.secret) : challengePage(context)
    case 'PASSKEY': {
      const challenge = lab.challenges.open('authentication', purposeOf(visit.action))
      const options = await requestOptions(lab.tenant, challenge, visit.user)
      return passkeyPage(context, { challengeId: challenge.challengeId, options })
    }
    case 'EMAIL_OTP':
      return renderEmail(lab, task, visit, { ...context, given: task.address, badAddress: wrong.badAddress })
  }
}

function purposeOf({ userId, actionCode, idempotencyKey }: Action): ChallengePurpose {
  return { userId, actionCode, idempotencyKey }
}

/** Whoever is enrolled is sent a code on arrival; an enrolment first asks for the address, or shows it. */
function renderEmail(
  lab: Lab,
  task: Extract<Task, { method: 'EMAIL_OTP' }>,
  { action }: Visit,
  context: EmailContext,
): string {
  const isRefused = context.refusal !== undefined
  if (task.kind === 'challenge' && task.address !== undefined) {
    if (!isRefused && !hasLiveCode(lab, action, task.address)) sendEmailCode(lab, action, task.address)
    return emailCodePage(context, 'challenge', task.address)
  }
  const sentTo = sentAddress(action, task.address)
  return sentTo === undefined ? emailAddressPage(context) : emailCodePage(context, 'enrol', sentTo)
}

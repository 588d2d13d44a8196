import type { AuthorizationAnswer } from '../probe/authorization-answer.ts'
import { askBeside } from '../probe/probe.ts'
import { createSecrets } from '../probe/question.ts'
import type { Setting } from './setting.ts'

type AskSetting = Pick<Setting, 'config' | 'provider' | 'upstream'>

/** Nobody's: `.invalid` names no host (RFC 2606 2). */
const unregistered = 'https://unregistered.invalid'

/**
 * What the OP does with the probe's request of a browser in which nobody is signed in. `answered`: it redirects to the
 * probe's redirect URI. `rejected`: it does what it does for a redirect URI that is certainly not registered. `shown`: it
 * shows a page, its own or that of a login app. `hidden`: it sends every browser without a session elsewhere, whatever the
 * redirect URI; if it is asked without prompt=none, that is what an OP does which asks for the login first.
 */
export type SessionlessAnswer =
  | { readonly kind: 'answered'; readonly error: string | undefined }
  | { readonly kind: 'rejected' | 'hidden' | 'shown'; readonly detail: string }

export async function askWithoutSession(
  setting: AskSetting,
  signal: AbortSignal,
): Promise<SessionlessAnswer> {
  const answer = await ask(setting, signal)
  if (answer.fault === undefined) return { kind: 'answered', error: undefined }
  if (answer.fault !== 'not_a_redirect' && answer.fault !== 'other_redirect')
    return { kind: 'answered', error: answer.fault }
  const config = { ...setting.config, publicUrl: unregistered }
  const other = await ask({ ...setting, config }, signal)
  // An address is named without its origin where that is the redirect URI's too.
  const isSame =
    other.fault === answer.fault && other.detail?.replace(setting.config.publicUrl, '') === answer.detail
  const detail = `${answer.detail}`
  if (!isSame) return { kind: 'shown', detail }
  const mayBeLogin = answer.fault === 'other_redirect' && setting.config.provider.probe.prompt === 'omit'
  return { kind: mayBeLogin ? 'hidden' : 'rejected', detail }
}

const ask = (setting: AskSetting, signal: AbortSignal): Promise<AuthorizationAnswer> =>
  askBeside(setting, createSecrets(), { userAgent: undefined, clientAddress: '127.0.0.1' }, {}, signal)

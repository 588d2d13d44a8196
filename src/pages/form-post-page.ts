import { redirectUriKey } from '../config/redirect-uri-key.ts'
import type { FormPostResponse } from '../oauth/authorization-response.ts'
import { Refusal } from '../refusal.ts'
import type { FormPostPage } from './page.ts'
import { submitScriptSource } from './submit-script.ts'

export interface FormPostError {
  /** The page of the OP in whose place this one stands. */
  readonly response: FormPostResponse
  /** An OAuth error code, and a sentence for the client's developer (RFC 6749 4.1.2.1). */
  readonly error: string
  readonly description?: string
  readonly supportId: string
  readonly uiLocales?: string | undefined
}

/**
 * The page that sends an error to a client whose response mode is form_post: automatically, or by its button.
 *
 * @throws {Refusal} `unsupported_response` if the address is none that leads to a client.
 */
export function formPostPage({
  response,
  error,
  description,
  supportId,
  uiLocales,
}: FormPostError): FormPostPage {
  const { action, method } = response
  if (redirectUriKey(action) === undefined) {
    throw new Refusal('unsupported_response', 'a form post to an address that is no redirect URI')
  }
  return {
    template: 'form-post',
    statusCode: 200,
    title: 'formPostTitle',
    paragraphs: ['formPostText'],
    form: { action, method, fields: response.errorParameters(error, description), label: 'formPostGo' },
    supportId,
    uiLocales,
    policy: {
      'script-src': submitScriptSource,
      // A silent sign-in waits for its error in a frame, where nothing else can be clicked.
      'frame-ancestors': '*',
      'form-action': listFormTargets(new URL(action)),
    },
    headers: {
      // `no-referrer` would make the Origin of the POST null, which clients may refuse.
      'referrer-policy': 'strict-origin',
      // A sign-in in a popup reports to the window that opened it.
      'cross-origin-opener-policy': 'unsafe-none',
    },
  }
}

/** Chromium holds the redirects of the client's answer to this too, so that it names schemes and not the one origin. */
function listFormTargets({ protocol }: URL): string {
  return protocol === 'http:' ? 'http: https:' : protocol
}

import { redirectUriKey } from '../config/redirect-uri-key.ts'
import { Refusal } from '../refusal.ts'
import type { FormPostPage } from './page.ts'
import { submitScriptSource } from './submit-script.ts'

export interface FormPost {
  readonly action: string
  readonly method?: 'get' | 'post'
  readonly fields: Iterable<readonly [name: string, value: string]>
  readonly supportId: string
  readonly uiLocales?: string | undefined
}

/**
 * The page that sends an authorization response, or an error in its place, to a client whose response mode is form_post:
 * automatically, or by its button.
 *
 * @throws {Refusal} `unsupported_response` if the address is none that leads to a client.
 */
export function formPostPage({
  action,
  method = 'post',
  fields,
  supportId,
  uiLocales,
}: FormPost): FormPostPage {
  if (redirectUriKey(action) === undefined) {
    throw new Refusal('unsupported_response', 'a form post to an address that is no redirect URI')
  }
  return {
    template: 'form-post',
    statusCode: 200,
    title: 'formPostTitle',
    paragraphs: ['formPostText'],
    form: { action, method, fields, label: 'formPostGo' },
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

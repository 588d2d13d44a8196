import { Refusal, type RefusalCode } from '../refusal.ts'
import type { MessagePage } from './page.ts'
import type { Text } from './text.ts'

type Words = readonly [title: Text, ...paragraphs: Text[]]

const unreadable: Words = ['unreadableTitle', 'unreadableText', 'startAgain']
const unavailable: Words = ['unavailableTitle', 'unavailableText']

const wordsOf: Readonly<Record<RefusalCode, Words>> = {
  malformed_target: unreadable,
  ambiguous_target: unreadable,
  malformed_parameters: unreadable,
  ambiguous_parameters: unreadable,
  malformed_headers: ['badHeadersTitle', 'badHeadersText', 'badHeadersNext'],
  ambiguous_cookies: ['mixedUpTitle', 'mixedUpText', 'mixedUpNext'],
  unknown_host: ['unknownHostTitle', 'unknownHostText'],
  unsupported_request: ['notPossibleTitle', 'unsupportedRequestText', 'tellOperator'],
  unsupported_response: ['notPossibleTitle', 'unsupportedResponseText', 'tellOperator'],
  no_cookie: ['otherBrowserTitle', 'otherBrowserText', 'otherBrowserNext'],
  wrong_return: ['wrongReturnTitle', 'startAgain'],
  unknown_user: ['unknownUserTitle', 'unknownUserText', 'startAgain'],
  sign_in_first: ['signInFirstTitle', 'signInFirstText', 'signInFirstNext'],
  verify_first: ['verifyFirstTitle', 'verifyFirstText', 'verifyFirstNext'],
  not_allowed: ['notAllowedTitle', 'giveIdToSupport'],
  passkey_refused: ['passkeyRefusedTitle', 'passkeyRefusedText', 'startAgain'],
  unlisted_redirect_uri: ['notPossibleTitle', 'unlistedAddressText', 'tellOperator'],
  not_found: ['notFoundTitle', 'notFoundText'],
  method_not_allowed: ['methodNotAllowedTitle', 'startAgain'],
  used: ['usedTitle', 'usedText', 'startAgain'],
  expired: ['expiredTitle', 'expiredText', 'startAgain'],
  restart: ['restartTitle', 'restartText', 'startAgain'],
  body_too_large: ['tooLargeTitle', 'tooLargeText', 'startAgain'],
  unsupported_content_type: ['formTypeTitle', 'formTypeText', 'startAgain'],
  unsupported_upgrade: ['notPossibleTitle', 'unsupportedRequestText', 'tellOperator'],
  internal: ['internalTitle', 'internalText', 'internalNext'],
  upstream_unreachable: unavailable,
  upstream_unreadable: unavailable,
  upstream_timeout: unavailable,
  store_unavailable: unavailable,
  verification_unavailable: ['unconfirmedTitle', 'waitAndTryAgain'],
  provider_unavailable: unavailable,
}

/** Explains to a person why the gateway refused a request: what happened and what to do, no internals. @param signInPath where the person can sign in and comes back from. */
export function refusalPage(code: RefusalCode, supportId: string, signInPath?: string): MessagePage {
  const [title, ...paragraphs] = wordsOf[code]
  const { statusCode } = new Refusal(code, '')
  return {
    template: 'message',
    statusCode,
    title,
    // With a link, nobody has to open the page again.
    paragraphs: signInPath === undefined ? paragraphs : paragraphs.slice(0, -1),
    ...(signInPath !== undefined && { links: [{ href: signInPath, label: 'signInFirstGo' }] }),
    supportId,
    keepsOpener: true,
    headers: statusCode === 503 ? { 'retry-after': '5' } : undefined,
  }
}

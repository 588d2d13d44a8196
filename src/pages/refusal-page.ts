import { Refusal, type RefusalCode } from '../edge/refusal.ts'
import { type Page, renderPage } from './layout.ts'

type Words = readonly [title: string, ...paragraphs: string[]]

const START_AGAIN = 'Go back to the application and start the sign-in again.'
const TELL_OPERATOR = 'Please tell the people who run the application.'

const unreadable: Words = [
  "This request can't be used",
  'The link or form that brought you here is incomplete or damaged.',
  START_AGAIN,
]
const unavailable: Words = [
  'Sign-in is not available right now',
  'The sign-in service is not answering as it should. Please wait a moment and try again.',
]

const wordsOf: Readonly<Record<RefusalCode, Words>> = {
  malformed_target: unreadable,
  ambiguous_target: unreadable,
  malformed_parameters: unreadable,
  ambiguous_parameters: unreadable,
  malformed_headers: [
    "Your browser's request can't be used",
    'Some of what your browser sent could not be read.',
    `${START_AGAIN} If that does not help, delete the cookies of this site first.`,
  ],
  ambiguous_cookies: [
    'Two sign-ins got mixed up',
    'Your browser sent cookies of this site that contradict each other.',
    'Delete the cookies of this site, then go back to the application and start again.',
  ],
  unknown_host: ['This is not the address for signing in', 'Go to the application and sign in from there.'],
  unsupported_request: [
    "This sign-in can't be completed",
    'The application asked for the sign-in in a way that is not supported here.',
    TELL_OPERATOR,
  ],
  unsupported_response: [
    "This sign-in can't be completed",
    'The application asked for its answer in a way that is not supported here.',
    TELL_OPERATOR,
  ],
  no_cookie: [
    'Please continue in the browser where you started',
    'This step belongs to a sign-in that this browser does not know, or cookies are blocked.',
    'If you started it, allow cookies for this site and start again at the application. If somebody else sent you here to verify, please do not, and tell support.',
  ],
  wrong_return: ['This link does not belong to your sign-in', START_AGAIN],
  not_verified: ['You could not be verified', 'The sign-in stopped here.', START_AGAIN],
  unknown_user: [
    "We can't tell who is signed in",
    'Your session may have ended in the meantime.',
    START_AGAIN,
  ],
  sign_in_first: [
    'Please sign in first',
    'This page is only for people who are signed in.',
    'Sign in, and then open the page again.',
  ],
  verify_first: [
    'Please verify first',
    'What you asked for was not done: it needs a verification that it is you.',
    'Open the page again, verify, and then do it once more.',
  ],
  not_allowed: [
    'This was not allowed',
    'If you think that this is a mistake, please contact support and give them the id below.',
  ],
  passkey_refused: [
    'You could not be signed in with this passkey',
    'Nothing has happened to your account. Sign in with your password instead.',
    START_AGAIN,
  ],
  unlisted_redirect_uri: [
    "This sign-in can't be completed",
    'The application wants its answer at an address that is not known here.',
    TELL_OPERATOR,
  ],
  not_found: ['There is nothing here', 'If you want to sign in, go to the application and start from there.'],
  method_not_allowed: ["This page can't be used that way", START_AGAIN],
  used: ['This link has already been used', 'A verification counts once.', START_AGAIN],
  expired: ['This sign-in took too long', 'For your safety it has expired.', START_AGAIN],
  restart: ['Please start the sign-in again', "This sign-in can't be continued from here.", START_AGAIN],
  body_too_large: [
    'That was too much to send',
    'The form that brought you here is larger than this service accepts.',
    START_AGAIN,
  ],
  unsupported_content_type: [
    "This form can't be read",
    'It was sent in a way that this service does not accept.',
    START_AGAIN,
  ],
  internal: [
    'Something went wrong',
    'This is not your fault.',
    `${START_AGAIN} If it happens again, give the id below to support.`,
  ],
  upstream_unreachable: unavailable,
  upstream_unreadable: unavailable,
  upstream_timeout: unavailable,
  store_unavailable: unavailable,
  verification_unavailable: [
    'Verification is not available right now',
    'Please wait a moment and try again.',
  ],
  provider_unavailable: unavailable,
}

/** Tells a person why the gateway did not let the request pass: what happened and what to do, no internals. */
export function refusalPage(code: RefusalCode, supportId: string): Page {
  const [title, ...paragraphs] = wordsOf[code]
  const { statusCode } = new Refusal(code, '')
  return {
    statusCode,
    html: renderPage({ title, paragraphs, supportId }),
    ...(statusCode === 503 && { headers: { 'retry-after': '5' } }),
  }
}

import t from 'tap'
import type { Learned } from '../../../src/legs/learned.ts'
import { classifyResponse, type ResponseFacts } from '../../../src/legs/response/classify-response.ts'
import { Refusal } from '../../../src/refusal.ts'

const redemption: Learned & { kind: 'redemption' } = {
  kind: 'redemption',
  redemption: { clientId: 'web', grantType: 'authorization_code' },
  form: Buffer.from('code=c'),
}
const release = {
  clientId: 'web',
  policyIds: ['web'],
  subject: 'alice',
  compare: {},
  issuedAt: 0,
  releasedAt: 0,
}
const released: Learned = { ...redemption, redemption: { ...redemption.redemption, release } }
const refreshed: Learned = {
  ...redemption,
  redemption: { clientId: 'web', grantType: 'refresh_token', release },
}
const pushed: Learned = { kind: 'pushed', query: 'client_id=web' }

/** An image at a gateway that protects somebody. */
const usual: ResponseFacts = {
  method: 'GET',
  statusCode: 200,
  learned: { kind: 'nothing' },
  location: undefined,
  url: 'https://login.example.com/login',
  contentType: 'image/png',
  isAtMetadata: false,
  isAtJson: false,
  isLoginPage: false,
  areAnyActive: true,
  mustBeRead: false,
  mayHoldTokens: false,
  isAtAuthorizationEndpoint: false,
}

/** All that an answer can be at once. */
const everything: ResponseFacts = {
  ...usual,
  location: 'https://app.example.com/cb?code=c',
  contentType: 'text/html',
  isAtMetadata: true,
  isAtJson: true,
  isLoginPage: true,
  mustBeRead: true,
  mayHoldTokens: true,
  isAtAuthorizationEndpoint: true,
}

const html = { contentType: 'text/html; charset=utf-8' }
const parts = { contentType: 'multipart/x-mixed-replace; boundary=b' }
const json = { contentType: 'application/json' }
const atAuthorization = { mayHoldTokens: true, mustBeRead: true }

const cases: Record<string, [facts: Partial<ResponseFacts>, kind: string]> = {
  'nothing of all': [{}, 'stream'],

  // Each class for itself.
  'an answer to a token request': [{ learned: redemption, ...json }, 'token_response'],
  'a refused token request': [{ learned: redemption, statusCode: 400, ...json }, 'stream'],
  'a refused code that was released': [{ learned: released, statusCode: 400, ...json }, 'token_error'],
  'a refused code, by a broken server': [{ learned: released, statusCode: 500, ...json }, 'stream'],
  'a refused refresh token': [{ learned: refreshed, statusCode: 400, ...json }, 'stream'],
  'an answer to a pushed request': [{ learned: pushed, statusCode: 201, ...json }, 'pushed_response'],
  'a refused pushed request': [{ learned: pushed, statusCode: 400, ...json }, 'stream'],
  'a redirect': [{ statusCode: 303, location: '/next' }, 'redirect'],
  'a redirect to nowhere': [{ statusCode: 302, location: '' }, 'redirect'],
  'a Location that nobody follows': [{ statusCode: 201, location: '/next' }, 'stream'],
  'an authorization response that nobody follows': [
    { statusCode: 201, location: 'https://app.example.com/cb?code=c' },
    'redirect',
  ],
  'a redirect without Location': [{ statusCode: 303 }, 'stream'],
  'a status beyond the redirects': [{ statusCode: 304, location: '/next' }, 'stream'],
  metadata: [{ isAtMetadata: true, ...json }, 'metadata'],
  'no metadata': [{ isAtMetadata: true, statusCode: 404, ...json }, 'stream'],
  'an answer to HEAD': [{ method: 'HEAD', ...html }, 'head'],
  'JSON at a path of the configuration': [{ isAtJson: true, ...json }, 'json'],
  'an error there': [{ isAtJson: true, statusCode: 401, ...json }, 'stream'],
  'a page': [html, 'page'],
  'a page of XML': [{ contentType: 'application/xhtml+xml' }, 'page'],
  'what browsers guess at': [{ contentType: undefined }, 'page'],
  'a part of a page': [{ ...html, statusCode: 206 }, 'page'],
  'a part of a page that must be read': [{ ...html, statusCode: 206, mustBeRead: true }, 'part'],
  'a delta of a page that must be read': [{ ...html, statusCode: 226, mustBeRead: true }, 'part'],
  'a part of an image': [{ statusCode: 206, mustBeRead: true }, 'stream'],
  'pages in one': [parts, 'stream'],
  'pages in one that must be read': [{ ...parts, mustBeRead: true }, 'part'],
  'JSON where tokens may be': [{ ...json, ...atAuthorization }, 'text'],
  'a JWT where tokens may be': [{ contentType: 'application/jwt', ...atAuthorization }, 'text'],
  'an image where tokens may be': [atAuthorization, 'stream'],
  'an image at the authorization endpoint itself': [
    { ...atAuthorization, isAtAuthorizationEndpoint: true },
    'text',
  ],
  'JSON where none are': [{ ...json, isAtAuthorizationEndpoint: true }, 'stream'],
  'a login page, with nobody to protect': [{ ...html, areAnyActive: false, isLoginPage: true }, 'login_page'],
  'any page, with nobody to protect': [{ ...html, areAnyActive: false }, 'stream'],
  'JSON, with nobody to protect': [{ ...json, areAnyActive: false, isAtJson: true }, 'stream'],

  // Which one wins: from each line to the next, what won is taken away.
  'all at once, to a token request': [{ ...everything, learned: redemption }, 'token_response'],
  'all at once, to a pushed request': [{ ...everything, learned: pushed }, 'pushed_response'],
  'all at once': [everything, 'redirect'],
  'all at once, with a status that is followed': [{ ...everything, statusCode: 307 }, 'redirect'],
  'all at once, by HEAD': [{ ...everything, method: 'HEAD' }, 'redirect'],
  'all at once, with nobody to protect': [{ ...everything, areAnyActive: false }, 'redirect'],
  'all but a redirect': [{ ...everything, location: undefined }, 'metadata'],
  'all but a redirect, by HEAD': [{ ...everything, location: undefined, method: 'HEAD' }, 'metadata'],
  'all but a redirect, with nobody to protect': [
    { ...everything, location: undefined, areAnyActive: false },
    'metadata',
  ],
  'all but metadata, by HEAD': [
    { ...everything, location: undefined, isAtMetadata: false, method: 'HEAD', areAnyActive: false },
    'head',
  ],
  'all but metadata, with nobody to protect': [
    { ...everything, location: undefined, isAtMetadata: false, areAnyActive: false },
    'login_page',
  ],
  'all but metadata': [{ ...everything, location: undefined, isAtMetadata: false }, 'json'],
  'all but JSON': [{ ...everything, location: undefined, isAtMetadata: false, isAtJson: false }, 'page'],
  'all but JSON, in parts': [
    { ...everything, location: undefined, isAtMetadata: false, isAtJson: false, statusCode: 206 },
    'part',
  ],
}

for (const [name, [facts, kind]] of Object.entries(cases)) {
  t.test(name, async (t) => {
    t.equal(classifyResponse({ ...usual, ...facts }).kind, kind)
  })
}

t.test('what has to be done travels with the class', async (t) => {
  t.strictSame(classifyResponse({ ...usual, learned: redemption }), {
    kind: 'token_response',
    learned: redemption,
  })
  t.strictSame(classifyResponse({ ...usual, learned: pushed }), {
    kind: 'pushed_response',
    query: 'client_id=web',
  })
  t.strictSame(classifyResponse({ ...usual, statusCode: 302, location: '/next' }), {
    kind: 'redirect',
    location: '/next',
    response: undefined,
  })
  const led = classifyResponse({ ...usual, statusCode: 302, location: 'https://app.example.com/cb?code=c' })
  t.equal(led.kind === 'redirect' && led.response?.code, 'c')
})

t.test('a Location that browsers read in two ways', async (t) => {
  const facts = { ...usual, statusCode: 201, location: 'https://a b/?code=c' }
  for (const statusCode of [201, 302]) {
    t.throws(
      () => classifyResponse({ ...facts, statusCode }),
      new Refusal('upstream_unreadable', 'an authorization response to what is no URL'),
    )
  }
})

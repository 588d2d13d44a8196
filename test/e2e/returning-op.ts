import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Test } from 'tap'
import { listenOnLoopback, readForm, sendPage } from '../lab/listen.ts'

/**
 * An OP whose login page leads to a second authorization path, as Duende IdentityServer's does. Its session is the
 * cookie `_session`; everybody may sign in with their name as the password.
 */
export interface ReturningOp {
  readonly url: string
  /** The authorization requests wait at the OP: its login page leads back with nothing but their id. */
  keepsRequests: boolean
  /** It sends each request on to itself with a request URI of its own, as OpenIddict does. */
  cachesRequests: boolean
  /** Each answer with a code, and its account page, renews the session: its new cookie is of a later login, and the code of the earlier. */
  renewsSessions: boolean
  /** Its login page is an app of its own, which leads back with a verifier: the session begins in the answer, as Ory Hydra's does. */
  verifiesLogins: boolean
  /** Who signed in at its login page, in order. */
  readonly logins: string[]
  readonly clock: { advance(ms: number): void }
}

interface Session {
  readonly sub: string
  readonly authTime: number
}

type Grant = Session & { readonly clientId: string; readonly nonce: string | undefined }

export async function startReturningOp(t: Test): Promise<ReturningOp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'ES256' }
  const sessions = new Map<string, Session>()
  const waiting = new Map<string, URLSearchParams>()
  const grants = new Map<string, Grant>()
  const verified = new Map<string, string>()
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const nowSeconds = () => Math.floor(now() / 1000)

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const issuer = `http://${request.headers.host}`
    const { pathname, searchParams } = new URL(request.url ?? '', issuer)
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return sendJson(response, describe(issuer))
      case '/connect/jwks':
        return sendJson(response, { keys: [jwk] })
      case '/connect/authorize':
        return start(request, response, request.method === 'POST' ? await readForm(request) : searchParams)
      case '/connect/authorize/callback':
        return authorize(request, response, waiting.get(searchParams.get('authzId') ?? '') ?? searchParams)
      case '/login':
        if (request.method === 'POST') return logIn(response, await readForm(request))
        return sendPage(response, 200, loginPage(searchParams.get('ReturnUrl') ?? ''))
      case '/account':
        return showAccount(request, response)
      case '/connect/token':
        return answerToken(response, issuer, await readForm(request))
      default:
        response.writeHead(404).end()
    }
  }

  /** What was asked for before the login is not asked for again: `suppressed_…` says which. */
  function authorize(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): void {
    const isNew = (name: string): boolean => asked.get(name) !== asked.get(`suppressed_${name}`)
    const user = verified.get(asked.get('login_verifier') ?? '')
    const session = user === undefined ? findSession(request) : { sub: user, authTime: nowSeconds() }
    const isLoginAskedFor = asked.get('prompt') === 'login' && isNew('prompt')
    const isTooOld = isNew('max_age') && isOlder(session, Number(asked.get('max_age')))
    if (session !== undefined && !isLoginAskedFor && !isTooOld) {
      const code = randomUUID()
      const nonce = asked.get('nonce') ?? undefined
      grants.set(code, { ...session, clientId: asked.get('client_id') ?? '', nonce })
      if (user !== undefined || (op.renewsSessions && asked.get('prompt') !== 'none'))
        response.setHeader('set-cookie', openSession(session.sub))
      answer(response, asked, { code })
    } else if (asked.get('prompt') === 'none') {
      answer(response, asked, { error: 'login_required' })
    } else {
      const returnUrl = rememberRequest(asked)
      response.writeHead(302, { location: `/login?${new URLSearchParams({ ReturnUrl: returnUrl })}` }).end()
    }
  }

  const findSession = ({ headers }: IncomingMessage): Session | undefined =>
    sessions.get(/_session=([\w-]+)/.exec(headers.cookie ?? '')?.[1] ?? '')

  /** A page of its own: like each page of an OP whose sessions slide, it renews them. */
  function showAccount(request: IncomingMessage, response: ServerResponse): void {
    const session = findSession(request)
    if (session && op.renewsSessions) response.setHeader('set-cookie', openSession(session.sub))
    sendPage(response, 200, '<p>Your account')
  }

  const isOlder = (session: Session | undefined, maxAge: number): boolean =>
    now() / 1000 > (session?.authTime ?? 0) + maxAge

  function rememberRequest(asked: URLSearchParams): string {
    for (const name of ['prompt', 'max_age']) {
      const value = asked.get(name)
      if (value !== null) asked.set(`suppressed_${name}`, value)
    }
    const [uri] = [...waiting].find(([, cached]) => cached === asked) ?? []
    if (uri !== undefined) return referTo(uri, asked)
    if (op.verifiesLogins) return `/connect/authorize?${asked}`
    if (!op.keepsRequests) return `/connect/authorize/callback?${asked}`
    const id = randomUUID()
    waiting.set(id, asked)
    return `/connect/authorize/callback?authzId=${id}`
  }

  function start(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): void {
    const cached = waiting.get(asked.get('request_uri') ?? '')
    if (cached || !op.cachesRequests) authorize(request, response, cached ?? asked)
    else response.writeHead(302, { location: cache(asked) }).end()
  }

  function cache(asked: URLSearchParams): string {
    const uri = `urn:ietf:params:oauth:request_uri:${randomUUID()}`
    waiting.set(uri, asked)
    return referTo(uri, asked)
  }

  function logIn(response: ServerResponse, form: URLSearchParams): void {
    const name = form.get('username') ?? ''
    op.logins.push(name)
    const location = form.get('ReturnUrl') ?? ''
    if (op.verifiesLogins) {
      const verifier = randomUUID()
      verified.set(verifier, `user-${name}`)
      response.writeHead(302, { location: `${location}&login_verifier=${verifier}` }).end()
      return
    }
    response.writeHead(302, { location, 'set-cookie': openSession(`user-${name}`) }).end()
  }

  function openSession(sub: string): string {
    const id = randomUUID()
    sessions.set(id, { sub, authTime: nowSeconds() })
    return `_session=${id}; Path=/; HttpOnly`
  }

  async function answerToken(response: ServerResponse, issuer: string, form: URLSearchParams) {
    const { sub = '', authTime, clientId = '', nonce } = grants.get(form.get('code') ?? '') ?? {}
    const idToken = await new SignJWT({
      sub,
      ...(nonce && { nonce }),
      ...(authTime && { auth_time: authTime }),
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(issuer)
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    sendJson(response, { access_token: randomUUID(), token_type: 'Bearer', id_token: idToken })
  }

  const listening = await listenOnLoopback((request, response) => void route(request, response))
  t.teardown(() => listening.close())
  const op: ReturningOp = {
    url: `http://127.0.0.1:${listening.port}`,
    keepsRequests: false,
    cachesRequests: false,
    renewsSessions: false,
    verifiesLogins: false,
    logins: [],
    clock: {
      advance: (ms) => {
        offsetMs += ms
      },
    },
  }
  return op
}

function referTo(uri: string, asked: URLSearchParams): string {
  const reference = { client_id: asked.get('client_id') ?? '', request_uri: uri }
  return `/connect/authorize?${new URLSearchParams(reference)}`
}

function answer(response: ServerResponse, asked: URLSearchParams, members: Record<string, string>): void {
  const state = asked.get('state')
  const parameters = new URLSearchParams({ ...members, ...(state !== null && { state }) })
  response.writeHead(302, { location: `${asked.get('redirect_uri')}?${parameters}` }).end()
}

const loginPage = (returnUrl: string): string =>
  `<form method="post" action="/login"><input name="username"><input type="password" name="password">` +
  `<input type="hidden" name="ReturnUrl" value="${returnUrl.replaceAll('&', '&amp;')}"></form>`

const describe = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/connect/authorize`,
  token_endpoint: `${issuer}/connect/token`,
  jwks_uri: `${issuer}/connect/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
})

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

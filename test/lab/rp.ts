import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Configuration } from 'openid-client'
import { type Listening, listenOnLoopback, readForm, sendPage } from './listen.ts'
import { createLoopbackAgent, createLoopbackFetch } from './loopback.ts'
import { createRpClient, type RpRegistration } from './rp-client.ts'
import {
  type RpLook,
  renderClaimsPage,
  renderPostLoginPage,
  renderRpErrorPage,
  renderWelcomePage,
} from './rp-pages.ts'
import { createRpSessions, type RpSession, type SignIn } from './rp-sessions.ts'

/** How a test or the demo wants its application. */
export interface RpOptions extends RpRegistration {
  /** Its name in the browser's address bar: `localhost` or something below it. */
  readonly host: string
  readonly port?: number
  readonly title: string
  readonly accent?: string
}

/** A running application. */
export interface Rp extends Listening {
  readonly url: string
  readonly clientId: string
  readonly redirectUri: string
  /** Everybody who signed in or refreshed, in order, with the tokens: for tests that go on with them. */
  readonly signIns: readonly SignIn[]
  /** openid-client's configuration, for calls that a test makes in the application's name. */
  discover(): Promise<Configuration>
}

/**
 * Starts a small web application that signs people in by OpenID Connect and shows the claims it got.
 *
 * - `/login` starts a sign-in; authorization request parameters in its query go along (`prompt`, `max_age`, `scope` …),
 *   `via=post` sends the request as a form, `via=par` pushes it first (RFC 9126),
 *   `via=object` signs it, `via=par-object` pushes what it signed
 * - `/signin-oidc` is the redirect URI, for query and form_post; an error is a page with status 400 that names it
 * - `/claims.json`, `/refresh` (POST), `/logout`, `/logout?everywhere=1` (at the OP too)
 */
export async function startRp(options: RpOptions): Promise<Rp> {
  const agent = createLoopbackAgent()
  const look: RpLook = { title: options.title, accent: options.accent ?? '#0f766e' }
  const sessions = createRpSessions(options.clientId)
  const signIns: SignIn[] = []
  let url = ''
  const client = createRpClient(options, () => `${url}/signin-oidc`, createLoopbackFetch(agent))

  const listening = await listenOnLoopback((request, response) => {
    route(request, response).catch((error: unknown) => {
      const { code, description } = describeFailure(error)
      sendPage(response, 400, renderRpErrorPage(look, code, description))
    })
  }, options.port)
  url = `http://${options.host}:${listening.port}`

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', url)
    const session = sessions.open(request, response)
    switch (`${request.method} ${target.pathname}`) {
      case 'GET /':
        return sendPage(response, 200, renderHome(look, session.signIn))
      case 'GET /claims.json':
        return sendJson(response, session.signIn?.claims ?? {})
      case 'GET /login':
        return startSignIn(response, session, target.searchParams)
      case 'POST /signin-oidc':
        // openid-client reads an authorization response from a URL; form_post brings the same parameters in a body.
        target.search = (await readForm(request)).toString()
        return finishSignIn(response, session, target)
      case 'GET /signin-oidc':
        return finishSignIn(response, session, target)
      case 'POST /refresh':
        return enter(response, session, await client.refresh(session.signIn))
      case 'GET /logout':
        return signOut(response, session, target.searchParams.has('everywhere'))
      default:
        return sendPage(response, 404, renderRpErrorPage(look, 'not_found', 'There is no such page.'))
    }
  }

  async function startSignIn(response: ServerResponse, session: RpSession, query: URLSearchParams) {
    const { request, pending } = await client.begin(query)
    session.pending.set(pending.state, pending)
    switch (query.get('via')) {
      case 'post':
        return sendPage(response, 200, renderPostLoginPage(look, request))
      case 'par':
        return redirect(response, await client.push(request))
      case 'object':
        return redirect(response, await client.sign(request))
      case 'par-object':
        return redirect(response, await client.push(await client.sign(request)))
      default:
        return redirect(response, request)
    }
  }

  async function finishSignIn(response: ServerResponse, session: RpSession, callback: URL) {
    const pending = session.pending.get(callback.searchParams.get('state') ?? '')
    if (pending === undefined) throw new Error('this application did not ask for that answer')
    session.pending.delete(pending.state)
    return enter(response, session, await client.finish(callback, pending))
  }

  function enter(response: ServerResponse, session: RpSession, signIn: SignIn): void {
    session.signIn = signIn
    signIns.push(signIn)
    redirect(response, `${url}/`)
  }

  async function signOut(response: ServerResponse, session: RpSession, everywhere: boolean) {
    const { signIn } = session
    session.signIn = undefined
    const home = `${url}/`
    redirect(response, everywhere && signIn !== undefined ? await client.endSession(signIn, home) : home)
  }

  const close = async () => {
    await listening.close()
    await agent.close()
  }
  const { clientId } = options
  return {
    ...listening,
    close,
    url,
    redirectUri: `${url}/signin-oidc`,
    clientId,
    signIns,
    discover: client.discover,
  }
}

function renderHome(look: RpLook, signIn: SignIn | undefined): string {
  if (signIn === undefined) return renderWelcomePage(look)
  return renderClaimsPage(look, signIn.claims, signIn.tokens.refresh_token !== undefined)
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

function redirect(response: ServerResponse, url: URL | string): void {
  response.writeHead(303, { location: String(url), 'cache-control': 'no-store' }).end()
}

/** OAuth errors by their own names; anything else is this application's trouble. */
function describeFailure(error: unknown): { readonly code: string; readonly description: string } {
  const { error: code, error_description: description } = error as Record<string, unknown>
  const message = error instanceof Error ? error.message : String(error)
  if (typeof code !== 'string') return { code: 'sign_in_failed', description: message }
  return { code, description: typeof description === 'string' ? description : message }
}

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** An authorization request that has not been answered yet. */
export interface PendingSignIn {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly maxAgeSeconds?: number
}

/** What the application got when somebody signed in. */
export interface SignIn {
  readonly claims: Readonly<Record<string, unknown>>
  readonly tokens: {
    readonly access_token: string
    readonly id_token: string
    readonly refresh_token?: string
  }
}

/** A browser's session at the application. Requests are kept by their `state`, so that tabs don't disturb each other. */
export interface RpSession {
  readonly pending: Map<string, PendingSignIn>
  signIn: SignIn | undefined
}

/** The sessions of one application, in memory. */
export interface RpSessions {
  /** The session of this browser; a new one sets its cookie on the response. */
  open(request: IncomingMessage, response: ServerResponse): RpSession
}

/** Sessions behind the cookie `rp_{clientId}`. */
export function createRpSessions(clientId: string): RpSessions {
  const name = `rp_${clientId}`
  const sessions = new Map<string, RpSession>()
  return {
    open: (request, response) => {
      const cookies = (request.headers.cookie ?? '').split(/; */)
      const known = sessions.get(
        cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1) ?? '',
      )
      if (known !== undefined) return known
      const session: RpSession = { pending: new Map(), signIn: undefined }
      const id = randomBytes(16).toString('base64url')
      sessions.set(id, session)
      // No SameSite: form_post comes as a cross-site POST, and SameSite=None needs https. Chromium then lets it pass.
      response.setHeader('set-cookie', `${name}=${id}; Path=/; HttpOnly`)
      return session
    },
  }
}

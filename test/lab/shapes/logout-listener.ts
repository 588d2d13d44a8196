import { listenOnLoopback, readForm } from '../listen.ts'

/** An RP's end of back-channel logout. */
export interface LogoutListener {
  readonly url: string
  /** The logout tokens that came, oldest first. */
  readonly tokens: readonly string[]
  close(): Promise<void>
}

export async function startLogoutListener(): Promise<LogoutListener> {
  const tokens: string[] = []
  const { port, close } = await listenOnLoopback((request, response) => {
    readForm(request).then(
      (form) => {
        tokens.push(form.get('logout_token') ?? '')
        response.writeHead(200).end()
      },
      () => response.writeHead(400).end(),
    )
  })
  return { url: `http://127.0.0.1:${port}/logged-out`, tokens, close }
}

import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { loadOidcProvider } from '../../quiet-oidc-provider.ts'

/** The detail of a login prompt that says: no page may be shown, the request has `prompt=none`. */
export const SILENT = 'silent'

type Interactions = NonNullable<Configuration['interactions']>

/**
 * Sends every authorization request through a login app, those of people with a session too: the app answers for them
 * by itself. Only `prompt=none` without a session is answered by the OP, with login_required.
 * @param loginApp the address of the app, ending in a slash
 */
export async function askLoginApp(loginApp: string): Promise<Interactions> {
  await loadOidcProvider()
  const { interactionPolicy } = await import('oidc-provider')
  const policy = interactionPolicy.base()
  const check = new interactionPolicy.Check(
    'login_app',
    'the login app has not answered',
    'login_required',
    ({ oidc }) => oidc.result?.login === undefined,
    takeSilence,
  )
  policy.get('login')?.checks.add(check)
  return { policy, url: (_ctx, { uid }) => `${loginApp}${uid}` }
}

/** With a session `prompt=none` is no error of the OP's: it becomes a note for the login app. */
function takeSilence({ oidc }: KoaContextWithOIDC) {
  const { params, session } = oidc
  if (params?.['prompt'] !== 'none' || session?.accountId === undefined) return undefined
  Object.assign(params, { prompt: undefined })
  return { [SILENT]: true }
}

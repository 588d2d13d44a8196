import type { Config } from '../config/schema/schema.ts'
import { type InstanceAnswer, proofHeader } from '../instance/instance.ts'
import { type FetchedPage, getPage } from './get-page.ts'
import type { Setting } from './setting.ts'

/** `other`: what answers there is no gateway with these secrets. */
export type InstanceFound =
  | { readonly kind: 'gateway'; readonly answer: InstanceAnswer }
  | { readonly kind: 'other'; readonly page: FetchedPage }

/**
 * Asks who answers at an address.
 *
 * @param origin where; the Host header is that of `publicUrl` in any case.
 * @param state of an authorization request whose cookies are of interest.
 * @throws the error of the connection.
 */
export async function askInstance(
  { config, proofs, now }: Pick<Setting, 'config' | 'proofs' | 'now'>,
  signal: AbortSignal,
  origin: string = config.publicUrl,
  state = '',
): Promise<InstanceFound> {
  const question = proofs.make('question', now())
  const url = new URL(`${origin}${config.pathPrefix}/instance`)
  url.searchParams.set('state', state)
  const page = await getPage(url, { ...publicHost(config), [proofHeader]: question }, signal)
  const isSealed = page.headers[proofHeader] === proofs.seal(question, page.body)
  return page.status === 200 && isSealed
    ? { kind: 'gateway', answer: JSON.parse(page.body) as InstanceAnswer }
    : { kind: 'other', page }
}

export const publicHost = ({ publicUrl }: Pick<Config, 'publicUrl'>): { host: string } => ({
  host: new URL(publicUrl).host,
})

import { randomUUID } from 'node:crypto'
import { Authsignal } from '@authsignal/node'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { type Op, type OpOptions, startOp } from '../../lab/op.ts'
import { loadOidcProvider } from '../../lab/quiet-oidc-provider.ts'

// The lab's OP in a process of its own. It is sent `{ start }`, and answers `{ url }`; then `{ count: true }`, and answers
// how many requests it got since it was last asked.

export interface OpStart {
  readonly options: Omit<OpOptions, 'configuration'>
  /** Where it tracks what its clients ask for, by itself; it tracks nothing without. */
  readonly authsignal?: { readonly apiUrl: string; readonly apiSecretKey: string }
}

let op: Op | undefined

process.on('message', async (message: { start: OpStart } | { count: true }) => {
  if ('start' in message) {
    const { options, authsignal } = message.start
    op = await startOp({ ...options, ...(authsignal && { configuration: await integrate(authsignal) }) })
    process.send?.({ url: op.url })
  } else {
    process.send?.({ requests: op?.requests.length ?? 0 })
    if (op) op.requests.length = 0
  }
})

/** As an OP would that somebody may change: one more check of its policy, in which it calls Authsignal's SDK. */
async function integrate(settings: NonNullable<OpStart['authsignal']>): Promise<Configuration> {
  await loadOidcProvider()
  const { interactionPolicy } = await import('oidc-provider')
  const { Check, Prompt, base } = interactionPolicy
  const sdk = new Authsignal({ ...settings, retries: 0 })
  const isNeeded = async (ctx: KoaContextWithOIDC): Promise<boolean> => {
    const { session, client, params } = ctx.oidc
    if (session?.accountId === undefined) return false
    const { state } = await sdk.track({
      userId: session.accountId,
      action: 'oidc-authorize',
      attributes: {
        idempotencyKey: randomUUID(),
        redirectUrl: ctx.href,
        ipAddress: ctx.ip,
        userAgent: ctx.get('user-agent'),
        custom: { client_id: client?.clientId ?? '', scope: String(params?.['scope']) },
      },
    })
    return state !== 'ALLOW'
  }
  const policy = base()
  policy.add(
    new Prompt(
      { name: 'step_up', requestable: false },
      new Check('step_up', 'a step-up is needed', isNeeded),
    ),
  )
  return { interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}`, policy } }
}

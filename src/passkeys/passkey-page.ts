import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Passkey } from '../authsignal/authsignal-passkeys.ts'
import { requireNavigation } from '../http/navigation.ts'
import { requireOwnForm } from '../http/own-form.ts'
import { challengePath } from '../http/own-paths.ts'
import { readForm } from '../http/read-form.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { parseParameters } from '../oauth/parameters.ts'
import type { ShownPasskey } from '../pages/page.ts'
import { passkeyRemovalPage } from '../pages/passkey-removal-page.ts'
import { type PasskeyNotice, passkeysPage } from '../pages/passkeys-page.ts'
import { passkeysPageName } from '../policy/policies.ts'
import { onlyByBrowser } from '../policy/probe-result.ts'
import {
  askBeforePage,
  type JudgePageServices,
  judgePage,
  refusePage,
} from '../protected-pages/judge-page.ts'
import type { Case } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { writeLine } from '../telemetry/log-lines.ts'
import { listPasskeys, removePasskey } from './passkey-enrolment.ts'
import type { PasskeyServices } from './passkey-services.ts'

/** Whom the passkey page opens for; or where the browser goes before. */
export type Visitor = { readonly it: Case } | { readonly path: string }

/**
 * Only a step-up opens the page, whatever the rules allow: it is where somebody who knows the password alone would add
 * a passkey.
 *
 * @throws {Refusal} what stands in the place of the page.
 */
export async function requireProof(
  services: JudgePageServices & Pick<PasskeyServices, 'passkeys'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Visitor> {
  const { config, passkeys } = services
  const { policy } = passkeys
  const { target } = request.exchange
  const next = { target: request.method === 'GET' ? target.raw : `${config.pathPrefix}/passkeys` }
  const asked = { name: passkeysPageName, policy, leg: 'passkeys', next, mayAskBrowser: true } as const
  const judgement = await judgePage(services, request, asked)
  if (judgement.kind === 'unknown' && judgement.reason === onlyByBrowser)
    return { path: await askBeforePage(services, request, reply, next) }
  if (judgement.kind === 'unknown')
    throw new Refusal('sign_in_first', `the passkey page: ${judgement.reason}`, {
      signInPath: `${config.pathPrefix}/passkeys/sign-in${describeQuery({ return_to: queryOf(request).get('return_to') ?? undefined })}`,
    })
  const { decision, stepUpId } = judgement
  switch (decision.verdict) {
    case 'deny':
      throw refusePage(decision.error)
    case 'challenge':
      return { path: challengePath(config.pathPrefix, stepUpId) }
    case 'release':
      // guard: passkey-page-needs-step-up
      if (decision.reason === 'proof' || decision.reason === 'pass') return { it: judgement.case }
      writeLine(request.log, 'the rules of the passkey page ask for no challenge', {
        action: policy.action,
      })
      throw new Refusal('not_allowed', `the passkey page without a step-up: ${decision.reason}`)
  }
}

const notices: readonly PasskeyNotice[] = ['added', 'removed', 'not_removed', 'last_one']

/** `{prefix}/passkeys`: a user who was just stepped up sees, adds and removes passkeys. */
export function servePasskeyPage(app: FastifyInstance, services: PasskeyServices): void {
  const { config } = services
  const { publicUrl, pathPrefix } = config
  const returnUris = new Set([...config.clients.values()].flatMap((policy) => policy.returnUris))
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.get('/passkeys', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const visitor = await requireProof(services, request, reply)
    if (!('it' in visitor)) return sendRedirect(reply, visitor.path)
    return showPasskeys(services, request, reply, visitor.it, readReturnTo(returnUris, request))
  })

  app.get('/passkeys/sign-in', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const back = readReturnTo(returnUris, request)
    const target = `${pathPrefix}/passkeys${describeQuery({ return_to: back })}`
    return sendRedirect(reply, await askBeforePage(services, request, reply, { target }, true))
  })

  app.get('/passkeys/remove', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const visitor = await requireProof(services, request, reply)
    if (!('it' in visitor)) return sendRedirect(reply, visitor.path)
    return askBeforeRemoval(services, request, reply, visitor.it, readReturnTo(returnUris, request))
  })

  app.post('/passkeys/remove', async (request, reply) => {
    // guard: removal-origin
    requireOwnForm(request, publicUrl)
    const body = await readForm(request)
    const form = parseParameters({ query: '', body }, 'backchannel')
    const visitor = await requireProof(services, request, reply)
    const back = readReturnTo(returnUris, request)
    if (!('it' in visitor))
      return sendRedirect(reply, `${pathPrefix}/passkeys${describeQuery({ return_to: back })}`)
    const notice = await removePasskey(services, visitor.it, form.get('id') ?? '')
    return sendRedirect(reply, `${pathPrefix}/passkeys${describeQuery({ notice, return_to: back })}`)
  })
}

/** The question before a removal; the list again where nothing can be removed. */
async function askBeforeRemoval(
  services: Pick<PasskeyServices, 'config' | 'authsignal' | 'pages'>,
  request: FastifyRequest,
  reply: FastifyReply,
  it: Case,
  back: string | undefined,
): Promise<FastifyReply> {
  const { pathPrefix } = services.config
  const { passkeys, count } = await listPasskeys(services, it)
  const passkey = passkeys.find(({ id }) => id === queryOf(request).get('id'))
  const list = (notice?: PasskeyNotice) =>
    `${pathPrefix}/passkeys${describeQuery({ notice, return_to: back })}`
  if (passkey === undefined) return sendRedirect(reply, list('not_removed'))
  if (count === 1) return sendRedirect(reply, list('last_one'))
  const removeHref = `${pathPrefix}/passkeys/remove${describeQuery({ return_to: back })}`
  const page = { passkey: toShown(passkey), removeHref, keepHref: list(), supportId: request.id }
  return services.pages.send(request, reply, passkeyRemovalPage(page))
}

/** The authenticator's name says most; without it what Authsignal made up of browser and system is the name. */
export function toShown({ authenticator, name, ...passkey }: Passkey): ShownPasskey {
  if (authenticator === undefined) return { ...passkey, name: name ?? 'Passkey' }
  return { ...passkey, name: authenticator, addedWith: name }
}

async function showPasskeys(
  services: Pick<PasskeyServices, 'config' | 'passkeys' | 'authsignal' | 'assets' | 'pages'>,
  request: FastifyRequest,
  reply: FastifyReply,
  it: Case,
  returnHref: string | undefined,
): Promise<FastifyReply> {
  const { config, assets, pages } = services
  const { publicUrl, pathPrefix } = config
  const baseUrl = `${publicUrl}${pathPrefix}`
  const { passkeys, count } = await listPasskeys(services, it)
  const { subject, username = subject, displayName = username } = it.user
  return pages.send(
    request,
    reply,
    passkeysPage({
      passkeys: passkeys.map(toShown),
      canRemove: count > 1,
      notice: notices.find((known) => known === queryOf(request).get('notice')),
      returnHref,
      removeHref: `${pathPrefix}/passkeys/remove${describeQuery({ return_to: returnHref })}`,
      tenantId: services.passkeys.tenantId,
      baseUrl,
      username,
      displayName,
      scripts: [assets.urlOf('authsignal.js'), assets.urlOf('passkey-page.js')],
      scriptSource: `${baseUrl}/assets/`,
      connectSource: `${baseUrl}/client/`,
      supportId: request.id,
    }),
  )
}

/** An address of an application to which the page may lead back: only one that a policy lists. */
function readReturnTo(returnUris: ReadonlySet<string>, request: FastifyRequest): string | undefined {
  const wanted = queryOf(request).get('return_to') ?? undefined
  return wanted !== undefined && /* guard: way-back-listed */ returnUris.has(wanted) ? wanted : undefined
}

const queryOf = ({ exchange }: FastifyRequest): URLSearchParams => new URLSearchParams(exchange.target.query)

function describeQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  const present = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return present.length === 0 ? '' : `?${new URLSearchParams(Object.fromEntries(present))}`
}

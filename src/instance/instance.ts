import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { readPairs } from '../http/cookie-pairs.ts'
import { Refusal } from '../refusal.ts'
import type { ProcessServices } from '../services.ts'
import { writeLine } from '../telemetry/log-lines.ts'
import { adviseOnForwarding, createFindLikelyProxy, createReadForwarding } from './forwarding.ts'
import { createProofs } from './proofs.ts'

/** The request header with the question's proof, and the response header with the answer's seal. */
export const proofHeader = 'step-up-proof'

/** How the state of an authorization request begins that `doctor` has a browser send. */
export const statePrefix = 'doctor.'

const maxStates = 16
const maxNames = 64

/** What a running gateway tells `doctor` about itself. */
export interface InstanceAnswer {
  /** Made anew by each process. */
  readonly instance: string
  /** Of the very request that asked. */
  readonly forwarding: ReturnType<ReturnType<typeof createReadForwarding>>
  /** The names of the cookies that came with the authorization request of the state that was asked for. */
  readonly cookies?: readonly string[] | undefined
}

/** What a gateway notices about how it was put up. */
export interface Instance {
  /** Sees each request, once it was read. */
  watch(app: FastifyInstance): void
  /** `GET {prefix}/instance`: for who proves to have this gateway's secrets; for others there is no such page. */
  serve(app: FastifyInstance): void
  /** A sentence for an operator about each thing that is likely a mistake. */
  readonly warnings: readonly string[]
}

export function createInstance(
  config: Pick<Config, 'authsignal' | 'provider' | 'trustedProxies' | 'forwardingHeader'>,
  { log, now, instanceId: instance }: Pick<ProcessServices, 'log' | 'now' | 'instanceId'>,
): Instance {
  const proofs = createProofs(config)
  const readForwarding = createReadForwarding(config)
  const findLikelyProxy = createFindLikelyProxy(config)
  const cookiesOf = new Map<string, readonly string[]>()
  let warning: string | undefined

  function noteForwarding({ raw }: FastifyRequest): void {
    if (warning !== undefined) return
    const forwarding = findLikelyProxy(raw)
    if (forwarding === undefined) return
    warning = `${adviseOnForwarding(forwarding)}. If it is the proxy in front, list it in trustedProxies.`
    writeLine(log, 'a proxy in front may be missing in trustedProxies', {
      peer: forwarding.peer,
      detail: warning,
    })
  }

  function noteCookies({ exchange, headers }: FastifyRequest): void {
    const { query } = exchange.target
    if (exchange.kind !== 'authorization' || !query.includes(statePrefix)) return
    const state = new URLSearchParams(query).get('state') ?? ''
    // guard: doctor-states
    if (!proofs.isValid('state', state.slice(statePrefix.length), now())) return
    const [oldest] = cookiesOf.keys()
    if (cookiesOf.size === maxStates) cookiesOf.delete(String(oldest))
    const names = readPairs(headers.cookie).map(({ name }) => name.slice(0, maxNames))
    cookiesOf.set(state, [...new Set(names)].slice(0, maxNames))
  }

  return {
    watch(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        noteForwarding(request)
        noteCookies(request)
        done()
      })
    },
    serve(app) {
      app.get('/instance', async (request, reply) => {
        const question = [request.headers[proofHeader] ?? []].flat().join()
        // guard: doctor-questions
        if (!proofs.isValid('question', question, now())) throw new Refusal('not_found', 'no proof')
        const state = new URLSearchParams(request.exchange.target.query).get('state') ?? ''
        const content: InstanceAnswer = {
          instance,
          forwarding: readForwarding(request.raw),
          cookies: cookiesOf.get(state),
        }
        const answer = JSON.stringify(content)
        return reply
          .header('content-type', 'application/json')
          .header('cache-control', 'no-store')
          .header(proofHeader, proofs.seal(question, answer))
          .send(answer)
      })
    },
    get warnings() {
      return warning === undefined ? [] : [warning]
    },
  }
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { proofHeader } from '../instance/instance.ts'
import { createProofs } from '../instance/proofs.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { createSupportId, noteFacts, runRequest } from '../telemetry/request-context.ts'
import { type ForgetAnswer, forgetPath } from './forget-answer.ts'
import { forgetUser } from './forget-user.ts'

type ForgetServices = Pick<Services, 'config' | 'epochs' | 'authsignal' | 'audit' | 'now'>

const maxBodyBytes = 16 * 1024

const body = z.strictObject({ user: z.string().min(1).max(1024) })

/**
 * `POST /forget` on the admin listener, for the command of that name. Only who proves to have this gateway's secrets may
 * call it, and no browser: one says where a request comes from, and the command does not.
 *
 * @param services those of the configuration in effect.
 */
export function serveForget(app: FastifyInstance, services: () => ForgetServices): void {
  app.post(forgetPath, { bodyLimit: maxBodyBytes }, async (request, reply) => {
    const current = services()
    const { config, now } = current
    const { user } = body.safeParse(request.body).data ?? {}
    const proofs = createProofs(config)
    const proof = [request.headers[proofHeader] ?? []].flat().join()
    if (
      /* guard: forget-from-a-page */ isFromBrowser(request) ||
      user === undefined ||
      /* guard: forget-needs-proof */ !proofs.isValid('forget', proof, now(), user)
    ) {
      return reply.code(403).send({ error: 'only the command step-up-gateway forget may ask for this' })
    }
    const answer = await inRequest(request, now, () => forget(current, user))
    const text = JSON.stringify(answer)
    return sendAnswer(reply, answer, text, proofs.seal(proof, text))
  })
}

/** Fetch Metadata 2 and RFC 6454 7: what browsers add to what a page sends. */
const isFromBrowser = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined

async function forget(services: ForgetServices, user: string): Promise<ForgetAnswer> {
  try {
    const { remembered, devices } = await forgetUser(services, user)
    if (typeof devices !== 'number') return { status: 'devices_not_forgotten', reason: devices.message }
    return { status: 'forgotten', remembered, devices, isOneInstance: services.config.store === 'memory' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: 'not_forgotten', reason: error.message }
  }
}

function sendAnswer(reply: FastifyReply, { status }: ForgetAnswer, text: string, seal: string): FastifyReply {
  const codes = { forgotten: 200, devices_not_forgotten: 502, not_forgotten: 503 } as const
  return reply
    .code(codes[status])
    .header('content-type', 'application/json')
    .header(proofHeader, seal)
    .send(text)
}

/** Runs what a request causes, so that its log lines tell of it. */
function inRequest<T>(request: FastifyRequest, now: () => number, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    runRequest({ supportId: createSupportId(), now }, () => {
      const { method, url: path, ip } = request
      noteFacts({ method, path, ip, userAgent: undefined })
      run().then(resolve, reject)
    })
  })
}

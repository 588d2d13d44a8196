import type { Test } from 'tap'
import type { Rule } from '../../../src/stand-in/model/types.ts'
import { startWorld, type WorldOptions } from '../../lab/world.ts'
import { patient, patientProbe } from './real-stage.ts'
import type { Stage } from './run-attacks.ts'
import { type Script, type ScriptedOp, sendJson, startScriptedOp } from './scripted-op.ts'

/** A gateway in front of an OP that a case can script. */
export interface LenientStage extends Stage {
  readonly op: ScriptedOp
  /** The cookie of a browser in which alice is signed in. */
  readonly cookie: string
  /** Scripts the OP anew: every GET is an authorization request of `web`, every POST a token request. */
  beLenient(): void
}

/** Challenges whoever signs in, whatever the client calls itself. */
export const stepUpForAll: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0009',
  name: 'step up for all',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
}

/** What the lenient OP gives away; it must not come out anywhere. */
export const canary = { code: 'canary-code-8c1f', token: 'canary-token-5d2e' }

/** @returns what `runAttacks` opens. */
export function onLenientStage(options: WorldOptions = {}): (t: Test) => Promise<LenientStage> {
  return async (t) => {
    const op = await startScriptedOp()
    const world = await startWorld({
      rules: [stepUpForAll],
      config: { stepUp: patient },
      probe: patientProbe,
      ...options,
      upstreamUrl: op.url,
    })
    t.teardown(async () => {
      await world.close()
      await op.close()
    })
    await world.gateway.provider.ready()
    const answer: Script = async (request, response) => {
      if (request.method === 'POST') return sendJson(response, await makeTokens(op))
      const location = `${world.web.redirectUri}?code=${canary.code}&state=the-state`
      return response.writeHead(303, { location }).end()
    }
    const stage = {
      world,
      op,
      cookie: 'Cookie: _session=user-alice',
      secrets: new Set([canary.code, canary.token, '_session=user-alice']),
      beLenient: () => {
        op.answer = answer
        op.requests.length = 0
      },
    }
    stage.beLenient()
    return stage
  }
}

async function makeTokens(op: ScriptedOp): Promise<Record<string, unknown>> {
  const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web' })
  return { access_token: canary.token, token_type: 'Bearer', id_token: idToken }
}

import type { Test } from 'tap'
import type { World } from '../../lab/world.ts'
import { canary } from './lenient-stage.ts'
import type { RealStage } from './real-stage.ts'
import { type Answer, form, navigation, send } from './wire.ts'

/** What reached the OP since this was called, as `METHOD /path`. */
export function watchOp(requests: readonly { readonly method: string; readonly url: string }[]): {
  seen(): string[]
} {
  const start = requests.length
  return {
    seen: () => requests.slice(start).map(({ method, url }) => `${method} ${url.split('?', 1)}`),
  }
}

/** The gateway answered by itself, with one of these statuses, and the OP saw nothing. */
export function expectRefused(
  t: Test,
  answer: Answer,
  statuses: number | readonly number[],
  op: { seen(): string[] },
): void {
  const allowed = [statuses].flat()
  t.ok(allowed.includes(answer.status), `is refused with ${allowed.join(' or ')}`, {
    answer: describe(answer),
  })
  t.same(op.seen(), [], 'nothing reaches the OP')
  expectNoArtefact(t, answer)
}

/** An authorization request of alice, who is signed in, by GET and as a form: both are refused. */
export async function expectRequestRefused(
  t: Test,
  { world, cookiesOf }: RealStage,
  query: string,
): Promise<void> {
  const headers = [`Cookie: ${await cookiesOf('alice')}`, ...navigation]
  const op = watchOp(world.op.requests)
  const byForm = { method: 'POST', target: '/connect/authorize', headers: [...headers, form], body: query }
  for (const request of [{ target: `/connect/authorize?${query}`, headers }, byForm]) {
    expectRefused(t, await send(world.publicUrl, request), 400, op)
  }
}

/** Refused, or held until a challenge is passed: in no case a code. */
export function expectGuarded(t: Test, answer: Answer, op: { seen(): string[] }): void {
  if (answer.status >= 400) {
    expectRefused(t, answer, answer.status, op)
    return
  }
  t.equal(answer.status, 303, 'is held', { answer: describe(answer) })
  t.match(answer.headers['location'], /^\/step-up\/challenge\/[\w-]+$/, 'until the challenge is passed')
  expectNoArtefact(t, answer)
}

/** No code and no token of anybody in what came back. */
export function expectNoArtefact(t: Test, { wire }: Answer): void {
  t.notMatch(
    wire,
    /[?&#](?:code|id_token|access_token|response)=|"(?:access_token|id_token)"/,
    'no code, no token',
  )
  t.notOk(wire.includes(canary.code) || wire.includes(canary.token), 'nothing of what the OP gave')
}

/** The gateway serves on: an attack has broken nothing. */
export async function expectAlive(t: Test, world: World): Promise<void> {
  const { status } = await fetch(`${world.adminUrl}/readyz`)
  t.equal(status, 200, 'the gateway serves on')
}

export function describe({ status, headers, body }: Answer) {
  return { status, headers, body: body.slice(0, 200) }
}

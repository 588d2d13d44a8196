import type { Test } from 'tap'
import { postJson } from '../../src/doctor/get-page.ts'
import { proofHeader } from '../../src/instance/instance.ts'
import { createProofs } from '../../src/instance/proofs.ts'
import { type ForgetAnswer, forgetPath } from '../../src/operate/forget-answer.ts'
import type { World } from '../lab/world.ts'

/** Asks the world's first gateway to forget a user, as the command does, by the world's clock. */
export async function askToForget(
  t: Test,
  { config, adminUrl, clock }: Pick<World, 'config' | 'adminUrl' | 'clock'>,
  user: string,
): Promise<ForgetAnswer> {
  const proof = createProofs(config).make('forget', clock.now(), user)
  const url = new URL(`${adminUrl}${forgetPath}`)
  const { status, body } = await postJson(
    url,
    { [proofHeader]: proof },
    { user },
    new AbortController().signal,
  )
  t.equal(status, 200, body)
  return JSON.parse(body)
}

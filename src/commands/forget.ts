import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema/schema.ts'
import { findCode } from '../doctor/find-code.ts'
import { type FetchedPage, postJson } from '../doctor/get-page.ts'
import { adminOrigin } from '../instance/admin-origin.ts'
import { proofHeader } from '../instance/instance.ts'
import { createProofs } from '../instance/proofs.ts'
import { type ForgetAnswer, forgetAnswer, forgetPath } from '../operate/forget-answer.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { count } from '../terminal/wording.ts'
import { type CommandContext, UsageError } from './command.ts'

/** Authsignal is asked about each device of the user in turn. */
const longestMs = 60_000

/**
 * `forget USER --config FILE [--admin URL]`: has a running gateway end what a user has shown. Exit code 1 unless all of
 * it was ended.
 */
export async function forget({ args, env, stdout, stderr, stop }: CommandContext): Promise<number> {
  const { user, file, admin } = parseForgetOptions(args)
  const config = loadConfig(file, env)
  const origin = admin ?? adminOrigin(config.admin)
  const signal = AbortSignal.any([stop, AbortSignal.timeout(longestMs)])
  try {
    const answer = await ask(config, origin, user, signal)
    if (typeof answer === 'string') stderr.write(`${makeSafe(answer)}\n`)
    else if (answer.status === 'forgotten')
      stdout.write(`${describe(answer, user, config).map(makeSafe).join('\n')}\n`)
    else stderr.write(`${makeSafe(explain(answer))}\n`)
    return typeof answer !== 'string' && answer.status === 'forgotten' ? 0 : 1
  } catch (error) {
    stderr.write(`${makeSafe(explainError(error, origin, signal))}\n`)
    return 1
  }
}

/** @returns a sentence where what answers is no such gateway. @throws the error of the connection. */
async function ask(
  config: Config,
  origin: string,
  user: string,
  signal: AbortSignal,
): Promise<ForgetAnswer | string> {
  const proofs = createProofs(config)
  const proof = proofs.make('forget', Date.now(), user)
  const page = await postJson(new URL(`${origin}${forgetPath}`), { [proofHeader]: proof }, { user }, signal)
  // guard: sealed-answer
  if (page.headers[proofHeader] !== proofs.seal(proof, page.body)) return explainStranger(page, origin)
  return forgetAnswer.parse(JSON.parse(page.body))
}

function explainStranger({ status }: FetchedPage, origin: string): string {
  if (status === 403)
    return `nothing is forgotten: the gateway at ${origin} has other secrets than this configuration, or its clock differs by more than 10 minutes`
  if (status === 404)
    return `nothing is forgotten: what answers at ${origin} is not a gateway's admin listener, or a gateway that is older than this command`
  return `nothing is known to be forgotten: what answers at ${origin} (status ${status}) is no gateway with the secrets of this configuration`
}

function explainError(error: unknown, origin: string, signal: AbortSignal): string {
  if (signal.aborted)
    return `no answer of ${origin} in time: run it again, since what was forgotten is not known`
  return `no gateway answers at ${origin} (${findCode(error)}): run this beside the gateway, or name its admin listener with --admin`
}

function explain(answer: Exclude<ForgetAnswer, { readonly status: 'forgotten' }>): string {
  switch (answer.status) {
    case 'devices_not_forgotten':
      return `step-ups and passes are forgotten, but devices at Authsignal are not (${answer.reason}): run it again`
    case 'not_forgotten':
      return `nothing is forgotten: ${answer.reason}`
  }
}

/** What to say of a user that is forgotten. */
export function describe(
  { remembered, devices, isOneInstance }: ForgetAnswer & { readonly status: 'forgotten' },
  user: string,
  { provider }: Config,
): string[] {
  const where = isOneInstance
    ? 'by this instance, which keeps its state in memory'
    : 'by all gateways of its store'
  const isKnown = remembered || devices > 0
  return [
    `forgotten ${where}: whatever ${user} has shown before now counts no more`,
    `devices at Authsignal: ${devices === 0 ? 'none' : `${count(devices, 'device')}, which count as new and not remembered`}`,
    ...(isKnown
      ? []
      : [`note: nothing was known of that user; is it the value of the claim ${provider.subject}?`]),
    'sessions at the OP and at applications go on: end them there',
  ]
}

function parseForgetOptions(args: readonly string[]) {
  const options = { config: { type: 'string' }, admin: { type: 'string' } } as const
  const expected = 'expected USER, --config FILE and, if need be, --admin URL'
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [user, ...more] = positionals
    if (user !== undefined && user !== '' && more.length === 0 && values.config)
      return { user, file: values.config, admin: parseAdmin(values.admin) }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(expected, { cause })
  }
  throw new UsageError(expected)
}

function parseAdmin(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/') return url.origin
  throw new UsageError('--admin is no origin such as http://127.0.0.1:9090')
}

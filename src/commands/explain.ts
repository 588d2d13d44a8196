import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Log, openLogs } from '../audit-reading/open-logs.ts'
import { explainCounts, readAudit } from '../audit-reading/read-audit.ts'
import { loadConfig } from '../config/load.ts'
import { parseDuration } from '../config/schema/text.ts'
import { findSignIn } from '../explain/find-sign-in.ts'
import { suppose } from '../explain/suppose.ts'
import { tellStory } from '../explain/tell-story.ts'
import { trackStates } from '../policy/decide.ts'
import { makeSafe } from '../terminal/make-safe.ts'
import { type CommandContext, UsageError } from './command.ts'
import { parseLogOptions } from './log-options.ts'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const options = {
  ...{ config: text, client: text, page: text, 'redirect-uri': text, 'response-type': text },
  ...{ amr: text, acr: text, scope: text, 'acr-values': text, prompt: text, proof: text, state: text },
  ...{ enrolled: flag, 'not-enrolled': flag },
} as const

/**
 * `explain SUPPORT_ID [LOG …]` tells one sign-in of a log; `explain --config FILE --client ID …` tells what would be
 * decided. Exit code 1 if a log can't be read, or has no line with the id.
 */
export async function explain(context: CommandContext): Promise<number> {
  const { values, positionals } = parseLogOptions(context.args, options)
  const [id, ...files] = positionals
  if (values.config !== undefined) {
    if (id !== undefined) throw new UsageError('--config tells what would be decided; a support id, what was')
    return tellSupposed(context, values)
  }
  if (id === undefined) throw new UsageError('which support id? Or --config FILE --client ID')
  if (Object.keys(values).length > 0) throw new UsageError('a supposed sign-in needs --config FILE')
  if (files.length > 0) return tell(context, id, () => openLogs(files))
  if (context.stdin.isTTY) throw new UsageError("name files of the gateway's log, or pipe it in")
  return tellPiped(context, id)
}

async function tell({ stdout, stderr }: CommandContext, id: string, open: () => Log[]): Promise<number> {
  const lines = await findSignIn(open, id)
  if (lines.length === 0) {
    // Read once more: only lines that hold the id were looked at.
    const counts = await readAudit(open(), () => undefined)
    stderr.write([`no audit line has the id ${makeSafe(id)}`, ...explainCounts(counts), ''].join('\n'))
    return 1
  }
  stdout.write(`${tellStory(lines).map(makeSafe).join('\n')}\n`)
  return 0
}

/** What is piped in can be read only once: it is kept in a file that nobody else may read, and removed. */
async function tellPiped(context: CommandContext, id: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-'))
  try {
    const file = join(folder, 'piped')
    await pipeline(context.stdin, createWriteStream(file, { mode: 0o600 }), { signal: context.stop })
    return await tell(context, id, () => openLogs([file]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Values = ReturnType<typeof parseLogOptions<typeof options>>['values']

function tellSupposed({ env, stdout }: CommandContext, values: Values): number {
  const { client, page, config = '' } = values
  if ((client === undefined) === (page === undefined))
    throw new UsageError('name a client or a page: --client ID, or --page NAME')
  const supposition = {
    clientId: client,
    page,
    redirectUri: values['redirect-uri'],
    responseType: values['response-type'],
    amr: words(values.amr),
    acr: values.acr,
    scope: values.scope === undefined ? ['openid'] : words(values.scope),
    acrValues: values['acr-values'],
    prompt: values.prompt,
    proof: values.proof === undefined ? undefined : parseProof(values.proof),
    state: values.state === undefined ? undefined : parseState(values.state),
    isEnrolled: values['not-enrolled'] ? false : values.enrolled,
  }
  stdout.write(`${suppose(loadConfig(config, env), supposition, Date.now()).map(makeSafe).join('\n')}\n`)
  return 0
}

const words = (list = ''): string[] => list.split(/[\s,]+/).filter((word) => word !== '')

function parseProof(value: string): { method: string; ageMs: number } {
  const [, method = '', age = ''] = /^([A-Z0-9_]+):(\w+)$/.exec(value) ?? []
  try {
    return { method, ageMs: parseDuration(age) }
  } catch (error) {
    throw new UsageError('--proof is METHOD:AGE, such as PASSKEY:10m', { cause: error })
  }
}

const states: readonly string[] = [...trackStates, 'no_answer']

function parseState(value: string): string {
  if (states.includes(value)) return value
  throw new UsageError(`--state is one of ${states.join(', ')}`)
}

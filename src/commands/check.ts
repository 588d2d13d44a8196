import { loadConfig } from '../config/load.ts'
import type { ClientPolicy, Config } from '../config/schema.ts'
import { type CommandContext, parseConfigOption } from './command.ts'

/** `check --config FILE`: reads the configuration and says what it means for each client. */
export async function check({ args, env, stdout }: CommandContext): Promise<number> {
  const config = loadConfig(parseConfigOption(args), env)
  stdout.write(`${describeConfig(config).join('\n')}\n`)
  return 0
}

function describeConfig({ clients, defaults, store }: Config): string[] {
  const policies = [...clients.values()]
  return [
    `configuration is valid: ${policies.length} ${policies.length === 1 ? 'client' : 'clients'}`,
    ...policies.map((policy) => `  ${policy.clientId}: ${describePolicy(policy)}`),
    `  all others: ${describePolicy(defaults)}`,
    ...describeRisks([...policies, { ...defaults, clientId: 'all others' }]),
    ...(store === 'memory' ? ['note: the memory store is for one instance only'] : []),
  ]
}

function describePolicy({ mode, action, unenrolled }: ClientPolicy): string {
  return mode === 'off' ? 'off' : `${mode}, action ${action}, unenrolled ${unenrolled}`
}

function describeRisks(policies: readonly ClientPolicy[]): string[] {
  const judged = policies.filter(({ mode }) => mode !== 'off')
  const notes = [
    {
      ids: judged.filter(({ unenrolled }) => unenrolled === 'enroll').map(({ clientId }) => clientId),
      text: 'unenrolled: enroll lets whoever holds the password enrol the first factor',
    },
    {
      ids: judged.filter(({ unenrolled }) => unenrolled === 'allow').map(({ clientId }) => clientId),
      text: 'unenrolled: allow lets users without an authenticator pass',
    },
    {
      ids: judged.filter(({ onError }) => onError === 'allow').map(({ clientId }) => clientId),
      text: 'onError: allow lets everybody pass while Authsignal does not answer',
    },
  ]
  return notes.filter(({ ids }) => ids.length > 0).map(({ ids, text }) => `note: ${text} (${ids.join(', ')})`)
}

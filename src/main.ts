#!/usr/bin/env node
import { type Command, UsageError } from './commands/command.ts'
import { MissingPackageError } from './commands/missing-package.ts'
import { ConfigError } from './config/config-error.ts'

const usage = `usage: step-up-gateway COMMAND

  start --config FILE   run the gateway
  check --config FILE   read the configuration and the provider's metadata, and list the ways to tokens that
                        stay open
                        (--offline: make no request to the provider)
  doctor --config FILE  examine the live provider, Authsignal and the way between; docs/doctor.md explains the findings
                        (--sign-in: have a person sign in; --track: ask for each action's verdict, which creates a
                        user at Authsignal; --json: a JSON object for each finding)
  rehearse              stand in for Authsignal on this machine, to try the gateway without an account; no protection
                        (--help: its options)
  schema                print the JSON Schema of the configuration
  reference             print every line of the log and every reason, with what to do about it
`

// Loaded when asked for: only start needs the server.
const commands = new Map<string, () => Promise<Command>>([
  ['start', async () => (await import('./commands/start.ts')).start],
  ['check', async () => (await import('./commands/check.ts')).check],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
  ['rehearse', async () => (await import('./commands/rehearse.ts')).rehearse],
  ['schema', async () => (await import('./commands/schema.ts')).printSchema],
  ['reference', async () => (await import('./commands/reference.ts')).printReference],
])

const stop = new AbortController()

function onSignal(): void {
  if (stop.signal.aborted) process.exit(1)
  stop.abort()
}

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === 'help') {
    process.stdout.write(usage)
    return 0
  }
  const { env, stdout, stderr } = process
  try {
    const load = commands.get(name ?? '')
    if (load === undefined) throw new UsageError(name === undefined ? 'which command?' : 'unknown command')
    const command = await load()
    return await command({
      args,
      env,
      // Opened by those that read it.
      get stdin() {
        return process.stdin
      },
      stdout,
      stderr,
      stop: stop.signal,
    })
  } catch (error) {
    if (error instanceof ConfigError || error instanceof MissingPackageError)
      stderr.write(`${error.message}\n`)
    else if (error instanceof UsageError) stderr.write(`${error.message}\n\n${usage}`)
    else stderr.write(`${describe(error)}\n`)
    return error instanceof ConfigError || error instanceof UsageError ? 2 : 1
  }
}

/** Name, message and frames only: Node would print every property of an error, and some hold credentials. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : 'something other than an error was thrown'
}

process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
process.on('uncaughtException', (error) => {
  process.stderr.write(`${describe(error)}\n`)
  process.exit(1)
})
process.exitCode = await run(process.argv.slice(2))
// Requests that nobody waits for any more would keep the process alive until they time out.
if (stop.signal.aborted) process.exit()

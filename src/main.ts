#!/usr/bin/env node
import { LogError } from './audit-reading/log-error.ts'
import { type Command, UsageError } from './commands/command.ts'
import { MissingPackageError } from './commands/missing-package.ts'
import { ConfigError } from './config/config-error.ts'

const usage = `usage: step-up-gateway COMMAND

  start --config FILE   run the gateway (SIGHUP: read its files anew; SIGTERM: let requests end, then stop)
  health                whether the gateway beside it lives, for a container's health check (ADMIN_URL: where its
                        admin listener is; http://127.0.0.1:9090 otherwise)
  check --config FILE   read the configuration and the provider's metadata, and list the ways to tokens that
                        stay open
                        (--offline: make no request to the provider)
  doctor --config FILE  examine the live provider, Authsignal and the way between; docs/doctor.md explains the findings
                        (--sign-in: have a person sign in; --track: ask for each action's verdict, which creates a
                        user at Authsignal; --json: a JSON object for each finding)
  forget USER --config FILE
                        have the running gateway forget what a user has shown: step-ups, passes, remembered devices
                        (--admin URL: where its admin listener is; default: as the configuration says)
  rehearse              stand in for Authsignal on this machine, to try the gateway without an account; no protection
                        (--help: its options)
  schema                print the JSON Schema of the configuration
  reference             print every line of the log and every reason, with what to do about it
                        (reference metrics: every metric)
  report [LOG …]        what the audit lines of some days say of each client, and what to do before enforce
                        (--json, --html: in another form)
  replay --config FILE [LOG …]
                        what this configuration would have decided about the same sign-ins
  explain SUPPORT_ID [LOG …]
                        tell one sign-in: what decided, how long it took, how it ended, what to do
  explain --config FILE --client ID (or --page NAME)
                        tell what the configuration decides, and what Authsignal is asked, about a sign-in
                        (--amr pwd,otp  --acr A  --scope "openid email"  --acr-values A  --prompt none
                        --redirect-uri URI  --proof METHOD:AGE  --state ALLOW  --enrolled  --not-enrolled)

LOG is a file of the gateway's log, gzip or not; none: what is piped in. docs/report.md tells how to read the answers.
`

// Loaded when asked for: only start needs the server.
const commands = new Map<string, () => Promise<Command>>([
  ['start', async () => (await import('./commands/start.ts')).start],
  ['health', async () => (await import('./commands/health.ts')).health],
  ['check', async () => (await import('./commands/check.ts')).check],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
  ['forget', async () => (await import('./commands/forget.ts')).forget],
  ['rehearse', async () => (await import('./commands/rehearse.ts')).rehearse],
  ['schema', async () => (await import('./commands/schema.ts')).printSchema],
  ['reference', async () => (await import('./commands/reference.ts')).printReference],
  ['report', async () => (await import('./commands/report.ts')).report],
  ['replay', async () => (await import('./commands/replay.ts')).replay],
  ['explain', async () => (await import('./commands/explain.ts')).explain],
])

/** Commands that print their options themselves. */
const hasOwnHelp: ReadonlySet<string> = new Set(['rehearse'])

const stop = new AbortController()

function onSignal(): void {
  if (stop.signal.aborted) process.exit(1)
  stop.abort()
}

async function run([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === 'help' || (args.includes('--help') && !hasOwnHelp.has(name))) {
    process.stdout.write(usage)
    return 0
  }
  const { env, stdout, stderr } = process
  try {
    const load = commands.get(name)
    if (load === undefined) throw new UsageError(name === '' ? 'which command?' : 'unknown command')
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
      onHangup: (hear) => void process.on('SIGHUP', hear),
    })
  } catch (error) {
    if (isForOperator(error)) stderr.write(`${error.message}\n`)
    else if (error instanceof UsageError) stderr.write(`${error.message}\n\n${usage}`)
    else stderr.write(`${describe(error)}\n`)
    return error instanceof ConfigError || error instanceof UsageError ? 2 : 1
  }
}

/** What went wrong outside of this program: where in it does not matter. */
const isForOperator = (error: unknown): error is Error =>
  error instanceof ConfigError || error instanceof LogError || error instanceof MissingPackageError

/** Name, message and frames only: Node would print every property of an error, and some hold credentials. */
function describe(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : 'something other than an error was thrown'
}

// Who reads only the beginning, such as `head`, has closed the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
process.on('SIGTERM', onSignal)
process.on('SIGINT', onSignal)
process.on('uncaughtException', (error) => {
  process.stderr.write(`${describe(error)}\n`)
  process.exit(1)
})
process.exitCode = await run(process.argv.slice(2))
// Requests that nobody waits for any more would keep the process alive until they time out.
if (stop.signal.aborted) process.exit()

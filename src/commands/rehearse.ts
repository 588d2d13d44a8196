import { parseArgs } from 'node:util'
import { ConfigError } from '../config/config-error.ts'
import { publicOrigin } from '../config/schema/addresses.ts'
import { secret as secretSchema } from '../config/schema/text.ts'
import { type CommandContext, UsageError } from './command.ts'
import { explainMissingPackage } from './missing-package.ts'
import { explainListenError, untilStopped } from './start.ts'

const usualPort = 4480
const usualSecret = 'rehearsal-only'

const help = `usage: step-up-gateway rehearse [--port PORT] [--secret SECRET] [--rules FILE] [--gateway URL]

Stands in for Authsignal on this machine, so that a gateway can be tried before there is an account. It is no
protection: anyone on this machine can read its codes and change its answers. It listens on 127.0.0.1 only, keeps
everything in memory, and forgets it at its end.

  --port PORT      where it listens (${usualPort})
  --secret SECRET  what the gateway sends as apiSecretKey, 8 characters or more (${usualSecret})
  --rules FILE     rules in YAML or JSON, read again at each sign-in; config/rehearsal/rules.yaml is the example that
                   is used without this option
  --gateway URL    the gateway's publicUrl, on whose pages passkeys work (http://localhost:8080)

More: docs/rehearsal.md
`

/** `rehearse`: runs the stand-in for Authsignal until the process is asked to end. */
export async function rehearse(context: CommandContext): Promise<number> {
  const options = parseRehearsalOptions(context.args)
  if (options.help) {
    context.stdout.write(help)
    return 0
  }
  const parts = await loadParts().catch((error: unknown) => {
    throw explainMissingPackage(error)
  })
  const file = options.rules ?? parts.findUsualRules()
  const found = parts.readRules(file)
  if ('problems' in found) throw new ConfigError(found.problems)
  const { port, secret, gateway } = options
  try {
    const standIn = await parts.startStandIn({
      apiSecretKey: secret,
      port,
      publicUrl: 'http://localhost:0',
      rulesFile: parts.watchRulesFile(file, found.rules),
      rpId: new URL(gateway).hostname,
      origins: [gateway],
    })
    try {
      context.stdout.write(describe(standIn, secret, file, gateway))
      await untilStopped(context)
    } finally {
      await standIn.close()
    }
    return 0
  } catch (error) {
    const fault = explainListenError(error, '--port')
    if (fault === undefined) throw error
    context.stderr.write(`${fault}\n`)
    return 1
  }
}

/** Loaded when it is needed: an installation for production may leave out the packages of the stand-in. */
async function loadParts() {
  const [{ startStandIn }, rulesFile] = await Promise.all([
    import('../stand-in/start-stand-in.ts'),
    import('../stand-in/rules/rules-file.ts'),
  ])
  return { startStandIn, ...rulesFile }
}

function parseRehearsalOptions(args: readonly string[]) {
  const { port, secret, gateway, ...others } = readArgs(args)
  const number = Number(port)
  if (!/^\d{1,5}$/.test(port) || number > 65_535) throw new UsageError('--port is no port')
  if (!secretSchema().safeParse(secret).success)
    throw new UsageError('--secret has to have 8 characters or more, and no white space around it')
  const origin = publicOrigin.safeParse(gateway)
  if (!origin.success)
    throw new UsageError("--gateway has to be the gateway's publicUrl, such as http://localhost:8080")
  return { ...others, port: number, secret, gateway }
}

function readArgs(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(usualPort) },
        secret: { type: 'string', default: usualSecret },
        rules: { type: 'string' },
        gateway: { type: 'string', default: 'http://localhost:8080' },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new UsageError('rehearse takes --port, --secret, --rules, --gateway and --help', { cause: error })
  }
}

/** What an operator reads: what this is, what to write into the configuration, where to look. */
function describe(
  { apiUrl, hostedUrl }: { readonly apiUrl: string; readonly hostedUrl: string },
  secret: string,
  file: string,
  gateway: string,
): string {
  // What somebody chose may be the key of a real tenant.
  const shown =
    secret === usualSecret ? secret : `\${AUTHSIGNAL_API_SECRET_KEY}   # what you passed as --secret`
  return `
A REHEARSAL, AND NO PROTECTION. This stands in for Authsignal. Anyone on this machine can read its codes and change
its answers. Never put it before real users.

Write this into your configuration, in place of its section authsignal:

authsignal:
  apiUrl: ${apiUrl}
  apiSecretKey: ${shown}
  challengeHosts: ["${hostedUrl}"]

With passkeys (they work on ${gateway} only; --gateway changes it):

passkeys:
  tenantId: rehearsal

Decisions, and a switch that lets it fail   ${hostedUrl}/
Mails that it would have sent               ${hostedUrl}/mails
Codes of authenticator apps                 ${hostedUrl}/codes
Rules, read again at each sign-in           ${file}

It listens on 127.0.0.1 only, and keeps all in memory: when it ends, it forgets. Ctrl-C ends it.

`
}

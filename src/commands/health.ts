import { findCode } from '../doctor/find-code.ts'
import { getPage } from '../doctor/get-page.ts'
import { type CommandContext, refuseArguments, UsageError } from './command.ts'

/** The admin listener as config/gateway.yaml has it. */
const usualUrl = 'http://127.0.0.1:9090'

/** A little less than the timeout of the Dockerfile's HEALTHCHECK, so that its log holds our own words. */
const patienceMs = 2500

/** `health`: whether the gateway beside it lives, for a container's health check. `ADMIN_URL` tells its listener. */
export async function health({ args, env, stderr, stop }: CommandContext): Promise<number> {
  refuseArguments(args)
  const url = readUrl(env['ADMIN_URL'] || usualUrl)
  try {
    const { status } = await getPage(url, {}, AbortSignal.any([stop, AbortSignal.timeout(patienceMs)]))
    if (status === 200) return 0
    stderr.write(`${url} answers ${status}\n`)
  } catch (error) {
    stderr.write(`${url} does not answer (${findCode(error)})\n`)
  }
  return 1
}

function readUrl(origin: string): URL {
  const url = `${origin.replace(/\/$/, '')}/livez`
  if (!URL.canParse(url)) throw new UsageError('ADMIN_URL is no URL, such as http://127.0.0.1:9090')
  return new URL(url)
}

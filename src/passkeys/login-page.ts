import { pipeline } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { canShowPage } from '../http/navigation.ts'
import { listCodings } from '../http/readable-codings.ts'
import { readPageText } from '../oauth/page/page-text.ts'
import { writeLine } from '../telemetry/log-lines.ts'
import type { PeekedBody } from '../upstream/peek-body.ts'
import {
  contentCodingOf,
  dropByteHeaders,
  sendBytes,
  sendPeeked,
  sendStream,
} from '../upstream/send-answer.ts'
import { judgeContentSecurity } from './login-page/content-security-policy.ts'
import type { IsLoginPath } from './login-page/login-paths.ts'
import { createLoginPageRewriter, type LoginPageOptions, rewriteLoginPage } from './login-page/rewrite.ts'
import type { Assets } from './serve-assets.ts'

/** The OP's login page, in which browsers offer passkeys. */
export interface LoginPage {
  /** Whether the OP's answer may be it: a page that a person asked for and sees. */
  isIt(request: FastifyRequest, reply: FastifyReply): boolean
  /** Sends what `isIt` took for it with the passkey sign-in; byte for byte where it has no such field, or doesn't let us. */
  send(request: FastifyRequest, reply: FastifyReply, page: PeekedBody): Promise<void>
}

const relayed = [
  '/client/challenge',
  '/client/user-authenticators/passkey/authentication-options',
  '/client/verify/passkey',
]

/** What all of the OP's login pages have in common. */
interface Settings {
  readonly field: string
  readonly tenantId: string
  /** `publicUrl` and `pathPrefix`. */
  readonly baseUrl: string
  readonly scripts: { readonly sdk: string; readonly signIn: string }
  readonly isLoginPath: IsLoginPath
  /** Why pages were left unchanged: each obstacle is logged once, not with every login. */
  readonly reported: Set<string>
}

/**
 * @param baseUrl `publicUrl` and `pathPrefix`.
 * @returns undefined where passkeys are no way to sign in.
 */
export function createLoginPage(
  { tenantId, signIn }: NonNullable<Config['passkeys']>,
  baseUrl: string,
  assets: Assets,
  isLoginPath: IsLoginPath,
): LoginPage | undefined {
  if (!signIn) return undefined
  const scripts = { sdk: assets.urlOf('authsignal.js'), signIn: assets.urlOf('passkey-sign-in.js') }
  const settings = {
    field: signIn.field,
    tenantId,
    baseUrl,
    scripts,
    isLoginPath,
    reported: new Set<string>(),
  }
  return {
    isIt: (request, reply) => isLoginPage(settings, request, reply),
    send: (request, reply, page) => sendLoginPage(settings, request, reply, page),
  }
}

function isLoginPage(
  { isLoginPath }: Settings,
  { method, headers, exchange }: FastifyRequest,
  reply: FastifyReply,
): boolean {
  if (reply.statusCode !== 200 || !isLoginPath(exchange.target.path)) return false
  if (!/^\s*text\/html\s*(?:;|$)/i.test(String(reply.getHeader('content-type')))) return false
  // A form that was wrong is answered with the page once more.
  return canShowPage(method, headers)
}

async function sendLoginPage(
  settings: Settings,
  request: FastifyRequest,
  reply: FastifyReply,
  page: PeekedBody,
): Promise<void> {
  const known = page.complete ? page.bytes : page.start
  const obstacle = findObstacle(reply, known)
  if (obstacle !== undefined) {
    report(settings, request, obstacle)
    return sendPeeked(reply, page)
  }
  const options = readOptions(settings, request, reply)
  const rewriter = createLoginPageRewriter(options)
  const start = await rewriter.write(known)
  // A field that comes later than what is known comes too late: the headers go now.
  if (!rewriter.isChanged) return sendPeeked(reply, page)
  const hadLength = reply.hasHeader('content-length')
  dropByteHeaders(reply)
  if (!page.complete)
    return sendStream(
      reply,
      pipeline(page.stream, rewriteLoginPage(options), () => undefined),
    )
  const bytes = Buffer.concat([start, rewriter.end()])
  if (hadLength) reply.header('content-length', bytes.length)
  return sendBytes(reply, bytes)
}

function readOptions(settings: Settings, request: FastifyRequest, reply: FastifyReply): LoginPageOptions {
  const { field, baseUrl, scripts } = settings
  const ours = {
    scripts: [scripts.sdk, scripts.signIn],
    connects: relayed.map((path) => baseUrl + path),
  }
  const inHeaders = [reply.getHeader('content-security-policy') ?? []].flat().map(String)
  const addition = (inPage: readonly string[]): string | undefined => {
    const verdict = judgeContentSecurity([...inHeaders, ...inPage], ours, baseUrl)
    if (verdict.isAllowed) return describeScripts(settings, verdict.nonce)
    report(settings, request, `its Content-Security-Policy: ${verdict.directive}`)
    return undefined
  }
  return { field, addition }
}

/** External scripts with absolute URLs: the page may have a base of its own. All values are plain ASCII. */
function describeScripts({ tenantId, baseUrl, scripts }: Settings, nonce: string | undefined): string {
  const attributes = `defer${nonce === undefined ? '' : ` nonce="${nonce}"`}`
  const data = `data-tenant-id="${tenantId}" data-base-url="${baseUrl}"`
  return `<script src="${scripts.sdk}" ${attributes}></script><script src="${scripts.signIn}" ${attributes} ${data}></script>`
}

function report({ reported }: Settings, { log }: FastifyRequest, obstacle: string): void {
  if (reported.has(obstacle)) return
  reported.add(obstacle)
  writeLine(log, 'a login page is left without the passkey sign-in', { obstacle })
}

/** What keeps us from reading the page as it stands. */
function findObstacle(reply: FastifyReply, known: Buffer): string | undefined {
  if (listCodings(contentCodingOf(reply)).length > 0) return 'its content coding'
  const contentType = reply.getHeader('content-type')?.toString()
  return readPageText(known, contentType) ? undefined : 'its encoding'
}

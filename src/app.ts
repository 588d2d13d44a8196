import fastifyCookie from '@fastify/cookie'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { createAuthsignal } from './authsignal/authsignal.ts'
import type { Config } from './config/schema/schema.ts'
import { createClientErrorHandler } from './http/client-error.ts'
import { isAtAuthorization } from './http/endpoints.ts'
import { chooseCookieRules } from './http/own-cookie.ts'
import { loosenPath } from './http/target.ts'
import { comeFromUpstream, type FromUpstreamPorts } from './legs/from-upstream.ts'
import { readExchanges } from './legs/read-exchange.ts'
import { serveReturnLeg } from './legs/return/return-leg.ts'
import { sendError } from './legs/send-error.ts'
import { goToUpstream } from './legs/to-upstream.ts'
import { createPages } from './pages/pages.ts'
import { createIsLoginPath } from './passkeys/login-page/login-paths.ts'
import { createLoginPage } from './passkeys/login-page.ts'
import { createPasskeyHandOver } from './passkeys/passkey-hand-over.ts'
import { readAssets } from './passkeys/serve-assets.ts'
import { servePasskeys } from './passkeys/serve-passkeys.ts'
import { createPolicies } from './policy/policies.ts'
import { createAskUser } from './probe/ask-user.ts'
import { probeUser } from './probe/probe.ts'
import { createFindPage } from './protected-pages/protected-paths.ts'
import { isEndSession } from './provider/end-session.ts'
import { createFrontChannelVerifier } from './provider/front-channel.ts'
import { createKeys } from './provider/keys.ts'
import { listMetadataPaths } from './provider/metadata.ts'
import { createProvider, type Provider } from './provider/provider.ts'
import { revokeTokens } from './provider/revoke.ts'
import { createEpochs } from './records/epochs.ts'
import { boundRecords } from './records/record-bounds.ts'
import { countWindowMs, createRecords } from './records/records.ts'
import { serveBackchannelLogout } from './sign-out/backchannel-logout.ts'
import { createLogoutTokenVerifier } from './sign-out/logout-token.ts'
import { createStepUps } from './step-up/step-ups.ts'
import { createAllowance } from './store/allowance.ts'
import { createMemoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'
import { createAudit } from './telemetry/audit.ts'
import { createHealthServer } from './telemetry/health.ts'
import type { Log } from './telemetry/log.ts'
import { createSupportId } from './telemetry/support-id.ts'
import { connectUpstream } from './upstream/connection.ts'
import { serveProxy } from './upstream/proxy.ts'

/** What the process gives the gateway. */
export interface Ports {
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now?: () => number
  readonly store?: Store
  /** The limit of the heap, of which what is remembered takes a part. */
  readonly heapBytes?: number
}

const usualHeapBytes = 256 * 1024 * 1024

/** A gateway that is built and not yet listening. */
export interface Gateway {
  readonly provider: Provider
  /** Opens both listeners and begins to read the OP's metadata; until that is known all is answered 503. */
  listen(): Promise<void>
  /** Lets requests end, then closes listeners, connections and the store. */
  close(): Promise<void>
}

/** Puts the parts together, in the order of a request's journey. */
export async function buildGateway(config: Config, ports: Ports): Promise<Gateway> {
  const { log, now = Date.now, heapBytes = usualHeapBytes } = ports
  const { store = createMemoryStore(now, undefined, boundRecords(heapBytes)) } = ports
  const pages = createPages(config.pages)
  const audit = createAudit(log)
  const policies = createPolicies(config)
  const records = createRecords(store, config.stepUp)
  const upstream = connectUpstream(config)
  const provider = createProvider(config, upstream, log)
  const authsignal = createAuthsignal(config.authsignal)
  const stepUps = createStepUps({ config, policies, records, authsignal, audit, now })
  const cookie = chooseCookieRules(config)
  const { publicUrl, pathPrefix } = config
  const { compare, subject: subjectClaim, codeLifetime: codeLifetimeMs, probe } = config.provider
  const addresses = createAllowance(records.addressProbes, now, countWindowMs)
  const askUser = createAskUser({
    cookies: probe.cookies,
    limits: probe,
    sessions: createAllowance(records.sessionProbes, now, countWindowMs),
    addresses,
    probe: (request) => probeUser(provider, upstream, config, request),
  })
  const keys = createKeys(provider, upstream)
  const verifyFrontChannel = createFrontChannelVerifier(provider, upstream, keys)
  const verifyLogoutToken = createLogoutTokenVerifier({ provider, keys, clientId: probe.clientId, now })
  const epochs = createEpochs(records.epochs)
  const metadataPaths = new Set(listMetadataPaths(config.provider.issuer).map(loosenPath))
  const jsonPaths = new Set(config.provider.jsonPaths.map(loosenPath))
  const errorPorts = { pages, corsOrigins: collectOrigins(config) }
  const { judge, recall } = stepUps
  const { passkeys } = config
  const isLoginPath = createIsLoginPath(passkeys?.signIn?.loginPaths ?? [])
  const assets = passkeys && readAssets(publicUrl + pathPrefix)
  const loginPage = assets && createLoginPage(passkeys, publicUrl + pathPrefix, assets, isLoginPath)
  const findPage = createFindPage(config.protectedPaths)
  const handOver = await createPasskeyHandOver({ config, records, audit, now })
  const wayThere = {
    ...{ publicUrl, pathPrefix, policies, records, judge, audit, compare, askUser, pages, findPage, now },
    ...{ cookies: probe.cookies, subjectClaim },
    ...(handOver && { handOver }),
  }
  const wayBack: FromUpstreamPorts = {
    ...wayThere,
    codeLifetimeMs,
    verifyFrontChannel,
    jsonPaths,
    metadataPaths,
    names: upstream.names,
    ...(loginPage && { loginPage }),
    epochs,
    isEndSession: (target) => isEndSession(provider, target),
    isAtAuthorization: (target) => isAtAuthorization(target, provider.guarded),
    revoke: (...how) => revokeTokens(provider, upstream, ...how),
  }

  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createSupportId,
    exposeHeadRoutes: false,
    requestTimeout: 300_000,
    connectionTimeout: config.upstream.timeout + 30_000,
    routerOptions: { maxParamLength: 64 },
    clientErrorHandler: createClientErrorHandler(log, config.maxHeaderSize),
    ...(config.listen.tls
      ? { https: { ...config.listen.tls, maxHeaderSize: config.maxHeaderSize } }
      : { http: { maxHeaderSize: config.maxHeaderSize } }),
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, errorPorts),
  })
  app.setErrorHandler<Error>((error, request, reply) => sendError(error, request, reply, errorPorts))
  // Bodies stream through unread; the parsers that come with Fastify would alter text and JSON.
  app.removeAllContentTypeParsers()

  await app.register(fastifyCookie)
  readExchanges(app, {
    ...{ config, provider, cookie, isLoginPath },
    publicHeaders: upstream.publicHeaders,
    areAnswersRead: policies.areAnyActive,
  })
  await app.register(async (own) => serveReturnLeg(own, { config, policies, cookie, pages, ...stepUps }), {
    prefix: pathPrefix,
  })
  await app.register(async (own) => serveBackchannelLogout(own, { verifyLogoutToken, epochs, audit }), {
    prefix: pathPrefix,
  })
  if (passkeys && assets) {
    const ports = {
      ...wayThere,
      config,
      passkeys,
      assets,
      cookie,
      authsignal,
      upstream,
      recall,
      questions: addresses,
      isLoginPath,
    }
    await app.register(async (own) => servePasskeys(own, ports), { prefix: pathPrefix })
  }
  serveProxy(app, {
    upstreamOrigin: config.upstream.url,
    names: upstream.names,
    ownCookies: [cookie.name],
    pool: upstream.pool,
    journey: {
      toUpstream: (request, reply) => goToUpstream({ ...wayThere, cookie }, request, reply),
      fromUpstream: (...answer) => comeFromUpstream(wayBack, ...answer),
    },
  })
  const health = createHealthServer(() => provider.state)
  await app.ready()

  return {
    provider,
    async listen() {
      provider.start()
      await health.listen(config.admin)
      await app.listen(config.listen)
    },
    async close() {
      await app.close()
      await Promise.all([health.close(), provider.close(), upstream.close(), store.close()])
    },
  }
}

/** Where the scripts of protected clients come from: their redirect URIs tell. */
function collectOrigins(config: Config): ReadonlySet<string> {
  const uris = [...config.clients.values()].flatMap(({ redirectUris }) => redirectUris)
  const origins = uris.filter((uri) => URL.canParse(uri)).map((uri) => new URL(uri).origin)
  return new Set(origins.filter((origin) => origin !== 'null'))
}

import fastifyCookie from '@fastify/cookie'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { createAuthsignal } from './authsignal/authsignal.ts'
import type { Config } from './config/schema/schema.ts'
import { isAtAuthorization } from './http/endpoints.ts'
import { chooseCookieRules } from './http/own-cookie.ts'
import { loosenPath } from './http/target.ts'
import { onRequest } from './legs/on-request.ts'
import { type OnResponsePorts, onResponse } from './legs/on-response.ts'
import { readExchanges } from './legs/read-exchange.ts'
import { serveReturnLeg } from './legs/return/return-leg.ts'
import { sendError } from './legs/send-error.ts'
import { createPages } from './pages/pages.ts'
import { createIsLoginPath } from './passkeys/login-page/login-paths.ts'
import { createLoginPage } from './passkeys/login-page.ts'
import { createPasskeyHandOver } from './passkeys/passkey-hand-over.ts'
import { readAssets } from './passkeys/serve-assets.ts'
import { servePasskeys } from './passkeys/serve-passkeys.ts'
import { createPolicies } from './policy/policies.ts'
import { askUser } from './probe/ask-user.ts'
import { createFindPage } from './protected-pages/protected-paths.ts'
import { createFrontChannelVerifier } from './provider/front-channel.ts'
import { createKeys } from './provider/keys.ts'
import { listMetadataPaths } from './provider/metadata.ts'
import { createProvider, type Provider } from './provider/provider.ts'
import { revokeTokens } from './provider/revoke.ts'
import { createEpochs } from './records/epochs.ts'
import { boundRecords } from './records/record-bounds.ts'
import { createRecords } from './records/records.ts'
import type { Services } from './services.ts'
import { serveBackchannelLogout } from './sign-out/backchannel-logout.ts'
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
  const services = createServices(config, log, store, now)
  const { policies, upstream, provider, keys, pages, cookie } = services
  const { publicUrl, pathPrefix } = config
  const { compare, subject: subjectClaim, codeLifetime: codeLifetimeMs } = config.provider
  const verifyFrontChannel = createFrontChannelVerifier(provider, upstream, keys)
  const metadataPaths = new Set(listMetadataPaths(config.provider.issuer).map(loosenPath))
  const jsonPaths = new Set(config.provider.jsonPaths.map(loosenPath))
  const errorPorts = { pages, corsOrigins: collectOrigins(config) }
  const { passkeys } = config
  const isLoginPath = createIsLoginPath(passkeys?.signIn?.loginPaths ?? [])
  const assets = passkeys && readAssets(publicUrl + pathPrefix)
  const loginPage = assets && createLoginPage(passkeys, publicUrl + pathPrefix, assets, isLoginPath)
  const findPage = createFindPage(config.protectedPaths)
  const handOver = await createPasskeyHandOver(services)
  const wayThere = {
    ...services,
    ...{ publicUrl, pathPrefix, compare, findPage, subjectClaim },
    ...(handOver && { handOver }),
  }
  const wayBack: OnResponsePorts = {
    ...wayThere,
    codeLifetimeMs,
    verifyFrontChannel,
    jsonPaths,
    metadataPaths,
    names: upstream.names,
    ...(loginPage && { loginPage }),
    isAtAuthorization: (target) => isAtAuthorization(target, provider.guarded),
    revoke: (...how) => revokeTokens(provider, upstream, ...how),
  }

  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createSupportId,
    exposeHeadRoutes: false,
    trustProxy: config.trustedProxies,
    requestTimeout: 300_000,
    connectionTimeout: config.upstream.timeout + 30_000,
    routerOptions: { maxParamLength: 64 },
    ...(config.listen.tls && { https: config.listen.tls }),
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
  await app.register(async (own) => serveReturnLeg(own, services), { prefix: pathPrefix })
  await app.register(async (own) => serveBackchannelLogout(own, services), { prefix: pathPrefix })
  if (passkeys && assets) {
    const parts = { passkeys, assets, isLoginPath }
    await app.register(async (own) => servePasskeys(own, services, parts), { prefix: pathPrefix })
  }
  serveProxy(app, {
    upstreamOrigin: config.upstream.url,
    names: upstream.names,
    ownCookies: [cookie.name],
    pool: upstream.pool,
    hooks: {
      onRequest: (request, reply) => onRequest(wayThere, request, reply),
      onResponse: (response) => onResponse(wayBack, response),
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

/** What all parts share, built once. */
function createServices(config: Config, log: Log, store: Store, now: () => number): Services {
  const pages = createPages(config.pages)
  const records = createRecords(store, config.stepUp)
  const upstream = connectUpstream(config)
  const provider = createProvider(config, upstream, log)
  return {
    config,
    now,
    policies: createPolicies(config),
    records,
    epochs: createEpochs(records.epochs),
    authsignal: createAuthsignal(config.authsignal),
    upstream,
    provider,
    keys: createKeys(provider, upstream),
    askUser: (...question) => askUser({ config, provider, upstream, records, now }, ...question),
    audit: createAudit(log),
    pages,
    cookie: chooseCookieRules(config),
  }
}

/** Where the scripts of protected clients come from: their redirect URIs tell. */
function collectOrigins(config: Config): ReadonlySet<string> {
  const uris = [...config.clients.values()].flatMap(({ redirectUris }) => redirectUris)
  const origins = uris.filter((uri) => URL.canParse(uri)).map((uri) => new URL(uri).origin)
  return new Set(origins.filter((origin) => origin !== 'null'))
}

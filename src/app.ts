import type { IncomingMessage, ServerResponse } from 'node:http'
import fastifyCookie from '@fastify/cookie'
import { warnOfStandIn } from './authsignal/warn-of-stand-in.ts'
import type { Config } from './config/schema/schema.ts'
import { createRouter } from './create-router.ts'
import { createServices } from './create-services.ts'
import { loosenPath } from './http/target.ts'
import { createInstance } from './instance/instance.ts'
import { onRequest } from './legs/on-request.ts'
import { onResponse } from './legs/on-response.ts'
import { readExchanges } from './legs/read-exchange.ts'
import { serveProbeReturn } from './legs/return/probe-return.ts'
import { serveReturnLeg } from './legs/return/return-leg.ts'
import { watchRequests } from './metrics/watch-requests.ts'
import { createIsLoginPath } from './passkeys/login-page/login-paths.ts'
import { createLoginPage } from './passkeys/login-page.ts'
import { createPasskeyHandOver } from './passkeys/passkey-hand-over.ts'
import { readAssets } from './passkeys/serve-assets.ts'
import { servePasskeys } from './passkeys/serve-passkeys.ts'
import { createFindPage, createFindWatchedPage } from './protected-pages/protected-paths.ts'
import type { Learned } from './provider/known-provider.ts'
import { listMetadataPaths } from './provider/metadata.ts'
import type { Provider } from './provider/provider.ts'
import type { ProcessServices, Services } from './services.ts'
import { serveBackchannelLogout } from './sign-out/backchannel-logout.ts'
import type { Store } from './store/store.ts'
import { writeLine } from './telemetry/log-lines.ts'
import { serveProxy } from './upstream/proxy.ts'

/** What answers requests by one configuration. */
export interface App {
  readonly services: Services
  readonly provider: Provider
  handle(request: IncomingMessage, response: ServerResponse): void
  /** What is likely a mistake in how the gateway was put up, in sentences. */
  readonly warnings: readonly string[]
  /** Begins to read the OP's metadata, as `Provider.start` does. Until it is known all is answered 503. */
  start(): Promise<void>
  /** Only once no request is under way. */
  close(): Promise<void>
}

/**
 * Puts the parts together, in the order in which a request meets them.
 *
 * @param learned of the OP already.
 * @throws if files that the configuration names can't be read, or what is known contradicts it.
 */
export async function buildApp(
  config: Config,
  store: Store,
  process: ProcessServices,
  learned?: Learned,
): Promise<App> {
  const { log } = process
  const services = createServices(config, store, process, learned)
  const { provider, upstream } = services
  const { passkeys, pathPrefix: prefix, publicUrl } = config
  const isLoginPath = createIsLoginPath(passkeys?.signIn?.loginPaths ?? [])
  const assets = passkeys && readAssets(publicUrl + prefix)
  const loginPage = assets && createLoginPage(passkeys, publicUrl + prefix, assets, isLoginPath)
  const handOver = await createPasskeyHandOver(services)
  const findPage = createFindPage(config.protectedPaths)
  const findWatchedPage = createFindWatchedPage(config.protectedPaths)
  const forRequests = { ...services, findPage, findWatchedPage, handOver }
  const jsonPaths = new Set(config.provider.jsonPaths.map(loosenPath))
  const metadataPaths = new Set(listMetadataPaths(config.provider.issuer).map(loosenPath))
  const forResponses = { ...services, jsonPaths, metadataPaths, loginPage }

  const app = createRouter(services, log)
  // Cookies are read as strictly as each of them needs; the plugin writes them.
  await app.register(fastifyCookie, { hook: false })
  readExchanges(app, services, isLoginPath)
  const endShare = watchRequests(app, services.metrics.instruments)
  const instance = createInstance(config, process)
  instance.watch(app)
  await app.register(async (own) => instance.serve(own), { prefix })
  await app.register(async (own) => serveReturnLeg(own, services), { prefix })
  // Both send browsers to the OP with the gateway's own client.
  if (config.provider.probe.by === 'browser' || passkeys)
    await app.register(async (own) => serveProbeReturn(own, services), { prefix })
  await app.register(async (own) => serveBackchannelLogout(own, services), { prefix })
  if (passkeys && assets) {
    const parts = { passkeys, assets, isLoginPath }
    await app.register(async (own) => servePasskeys(own, services, parts), { prefix })
  }
  serveProxy(app, services, {
    onRequest: (request, reply) => onRequest(forRequests, request, reply),
    async onResponse(answer) {
      await onResponse(forResponses, answer)
      endShare(answer.request)
    },
    onBreakOff: (request, err) => writeLine(request.log, "the OP's answer broke off", { err }),
  })
  await app.ready()

  return {
    services,
    provider,
    handle: app.routing,
    get warnings() {
      return instance.warnings
    },
    start() {
      for (const detail of warnOfStandIn(config.authsignal))
        writeLine(log, 'a stand-in may answer for Authsignal', { detail })
      return provider.start()
    },
    async close() {
      await app.close()
      await Promise.all([provider.close(), upstream.close()])
    },
  }
}

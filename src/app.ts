import { setTimeout } from 'node:timers/promises'
import fastifyCookie from '@fastify/cookie'
import { warnOfStandIn } from './authsignal/warn-of-stand-in.ts'
import type { Config } from './config/schema/schema.ts'
import { createServer } from './create-server.ts'
import { createServices } from './create-services.ts'
import { createStore } from './create-store.ts'
import { loosenPath } from './http/target.ts'
import { createInstance } from './instance/instance.ts'
import { onRequest } from './legs/on-request.ts'
import { onResponse } from './legs/on-response.ts'
import { readExchanges } from './legs/read-exchange.ts'
import { serveProbeReturn } from './legs/return/probe-return.ts'
import { serveReturnLeg } from './legs/return/return-leg.ts'
import { createIsLoginPath } from './passkeys/login-page/login-paths.ts'
import { createLoginPage } from './passkeys/login-page.ts'
import { createPasskeyHandOver } from './passkeys/passkey-hand-over.ts'
import { readAssets } from './passkeys/serve-assets.ts'
import { servePasskeys } from './passkeys/serve-passkeys.ts'
import { createFindPage, createFindWatchedPage } from './protected-pages/protected-paths.ts'
import { listMetadataPaths } from './provider/metadata.ts'
import type { Provider } from './provider/provider.ts'
import { serveBackchannelLogout } from './sign-out/backchannel-logout.ts'
import type { Store } from './store/store.ts'
import { createHealthServer } from './telemetry/health.ts'
import type { Log } from './telemetry/log.ts'
import { writeLine } from './telemetry/log-lines.ts'
import { requireStore, warnOfStore } from './telemetry/store-health.ts'
import { serveProxy } from './upstream/proxy.ts'

/** What the process gives the gateway. */
export interface Ports {
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now?: () => number
  readonly store?: Store
  /** Resolves after so many milliseconds; rejects if `signal` is aborted before. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** The limit of the heap, of which what is remembered takes a part. */
  readonly heapBytes?: number
}

const usualHeapBytes = 256 * 1024 * 1024

/** Docker ends a container ten seconds after it asked it to stop. */
const longestEndMs = 8000

const waitUnref = (ms: number, signal: AbortSignal): Promise<unknown> =>
  setTimeout(ms, undefined, { signal, ref: false })

/** A gateway that is built and not yet listening. */
export interface Gateway {
  readonly provider: Provider
  /** Opens both listeners, and begins to connect to the store and to read the OP's metadata; until that is known all is answered 503. */
  listen(): Promise<void>
  /** Lets requests end, for 8 seconds at most; then closes listeners, connections and the store. */
  close(): Promise<void>
}

/** Puts the parts together, in the order in which a request meets them. */
export async function buildGateway(config: Config, ports: Ports): Promise<Gateway> {
  const { log, now = Date.now, heapBytes = usualHeapBytes, wait = waitUnref } = ports
  const { store = createStore(config.store, log, now, heapBytes) } = ports
  const services = createServices(config, log, store, now)
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

  const app = createServer(services, log)
  await app.register(fastifyCookie)
  readExchanges(app, services, isLoginPath)
  const instance = createInstance(config, log, now)
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
    onResponse: (answer) => onResponse(forResponses, answer),
    onBreakOff: (request, err) => writeLine(request.log, "the OP's answer broke off", { err }),
  })
  await app.ready()
  const standInWarnings = warnOfStandIn(config.authsignal)
  const health = createHealthServer(
    () => requireStore(provider.state, store.outage),
    () => [
      ...services.clocks.warnings,
      ...services.authsignalCalls.warnings,
      ...warnOfStore(store.outage),
      ...instance.warnings,
    ],
  )

  return {
    provider,
    async listen() {
      for (const detail of standInWarnings) writeLine(log, 'a stand-in may answer for Authsignal', { detail })
      store.open?.()
      provider.start()
      await health.listen(config.admin)
      await app.listen(config.listen)
    },
    async close() {
      const closed = new AbortController()
      // A stream of events has no end of its own.
      wait(longestEndMs, closed.signal).then(
        () => app.server.closeAllConnections(),
        () => undefined,
      )
      await app.close()
      closed.abort()
      await Promise.all([health.close(), provider.close(), upstream.close(), store.close()])
    },
  }
}

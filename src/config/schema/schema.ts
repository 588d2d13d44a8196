import { z } from 'zod'
import * as address from './addresses.ts'
import {
  type ClientPolicy,
  clientKey,
  clientSchema,
  defaultsSchema,
  type PolicyKey,
} from './client-schema.ts'
import { findInconsistencies } from './consistency.ts'
import { certHeaderName } from './header-name.ts'
import { resolveIssuerPath, resolveIssuerPaths } from './issuer-path.ts'
import { logSchema } from './log-schema.ts'
import { type PagesLook, pagesSchema } from './pages-schema.ts'
import { type PasskeySignIn, passkeysSchema } from './passkeys-schema.ts'
import { certificates, privateKey } from './pem.ts'
import { type ProtectedPath, protectedPathSchema } from './protected-path-schema.ts'
import { providerSchema } from './provider-schema.ts'
import { describeStore, storeSchema } from './store-schema.ts'
import { duration, secret, textLike } from './text.ts'

export type { ClientPolicy, PasskeySignIn, PolicyKey, ProtectedPath }

const port = z.int().min(0).max(65_535)
const bindHost = textLike(/^[A-Za-z0-9.:_-]+$/, 'an address', 'write an address such as 0.0.0.0 or ::')

const fileSchema = z.strictObject({
  publicUrl: address.publicOrigin
    .describe('The origin that browsers and clients use: https, or http on a loopback address.')
    .meta({ examples: ['https://login.example.com'] }),
  hosts: z
    .array(address.host)
    .default([])
    .describe('Other host names (Host headers) that clients use for back-channel requests.'),
  listen: z
    .strictObject({
      host: bindHost.default('0.0.0.0').describe('The address to listen on.'),
      port: port.default(8080).describe('The port to listen on; 0 lets the system choose.'),
      tls: z
        .exactOptional(
          z.strictObject({
            cert: certificates().describe('The certificate chain, in PEM.'),
            key: privateKey().describe('Its private key, in PEM.'),
          }),
        )
        .describe('The certificate and key, if nothing in front of the gateway terminates TLS.'),
    })
    .prefault({})
    .describe('Where browsers and clients connect.'),
  admin: z
    .strictObject({
      host: bindHost.default('127.0.0.1').describe('The address to listen on.'),
      port: port.default(9090).describe('The port to listen on; 0 lets the system choose.'),
    })
    .prefault({})
    .describe(
      'Where operators connect: health, metrics, the status page, and what the command forget asks. Only they should reach it.',
    ),
  monitoring: z
    .exactOptional(
      z.strictObject({
        host: bindHost.default('0.0.0.0').describe('The address to listen on.'),
        port: port.default(9091).describe('The port to listen on; 0 lets the system choose.'),
      }),
    )
    .describe(
      'Where an orchestrator or Prometheus on another machine connects: /livez, /startupz, /readyz and /metrics, and nothing else. Unset: nowhere.',
    ),
  pathPrefix: address.pathPrefix
    .default('/step-up')
    .describe("The path of the gateway's own pages. No spelling of it reaches the OP."),
  trustedProxies: z
    .array(address.network)
    .default([])
    .describe('Networks in CIDR notation of the proxies in front, which say where a request comes from.'),
  forwardingHeader: z
    .enum(['X-Forwarded-For', 'Forwarded'])
    .default('X-Forwarded-For')
    .describe(
      'The header in which those proxies name the client. They must set it, whatever a client sends.',
    ),
  clientCertHeader: z
    .exactOptional(certHeaderName)
    .describe(
      "The header in which those proxies pass a client's certificate on to the OP (RFC 9440: Client-Cert). They must set or remove it, whatever a client sends. Unset: none reaches the OP.",
    ),
  maxHeaderSize: z
    .int()
    .min(8 * 1024)
    .max(256 * 1024)
    .default(32 * 1024)
    .describe('How many bytes the headers of one request, and of one answer of the OP, may have.'),
  upstream: z
    .strictObject({
      url: address.upstreamOrigin
        .describe(
          "The OP's own origin: https, or http where its host is, or resolves to, loopback or private addresses only.",
        )
        .meta({ examples: ['http://127.0.0.1:5000'] }),
      host: z
        .exactOptional(address.host)
        .describe('The Host header for an OP that answers only to its own name. Default: that of publicUrl.'),
      names: z
        .array(address.origin)
        .default([])
        .describe(
          'Other origins that the OP uses for itself. In Location, Set-Cookie and its metadata, publicUrl replaces them.',
        ),
      timeout: duration('1ms', '1h')
        .prefault('30s')
        .describe('How long the OP may be silent before the gateway gives up on a request.'),
      tls: z
        .strictObject({
          ca: z.exactOptional(certificates()).describe("The CA that signs the OP's certificate, in PEM."),
          cert: z.exactOptional(certificates()).describe('A client certificate for the OP, in PEM.'),
          key: z.exactOptional(privateKey()).describe('The private key of the client certificate, in PEM.'),
        })
        .prefault({})
        .describe('TLS towards the OP, whose certificate is always verified.'),
    })
    .describe('The OP as the network sees it.'),
  provider: providerSchema.describe('The OP as OpenID Connect sees it.'),
  authsignal: z
    .strictObject({
      apiUrl: address.apiUrl
        .default('https://api.authsignal.com/v1')
        .describe("The base URL of Authsignal's API in the region of the tenant."),
      apiSecretKey: secret()
        .describe("The tenant's API secret key.")
        .meta({ examples: [`\${AUTHSIGNAL_API_SECRET_KEY}`] }),
      timeout: duration('1ms', '5m').prefault('5s').describe('How long one call may take.'),
      challengeHosts: z
        .array(address.challengeHost)
        .min(1)
        .default(['*.authsignal.com'])
        .describe(
          'Hosts to which a challenge may send the browser, by https; *.host for all its subdomains.',
        ),
    })
    .describe('Authsignal, whose rules decide.'),
  store: storeSchema
    .default('memory')
    .describe(
      'Where state is kept. memory: in the process, so run one instance only. A URL, or a mapping: on Redis or Valkey, for any number of instances.',
    ),
  shutdown: z
    .strictObject({
      delay: duration('0s', '10m')
        .prefault('0s')
        .describe(
          'How long the gateway goes on after it was asked to end, no longer ready: what is in front sends no more requests by then.',
        ),
      grace: duration('0s', '1h')
        .prefault('8s')
        .describe('How long requests may then take to end; what is still open is cut.'),
    })
    .prefault({})
    .describe('How the gateway ends.'),
  reload: z
    .strictObject({
      interval: duration('0s', '1h')
        .prefault('10s')
        .describe('How often the files are looked at; 0s: only when the process gets SIGHUP.'),
    })
    .prefault({})
    .describe('How a changed configuration takes effect while the gateway runs.'),
  stepUp: z
    .strictObject({
      timeout: duration('1s', '10m').prefault('10m').describe('How long a challenge may take.'),
      session: duration('0s', '12h').prefault('12h').describe('The longest that a step-up is remembered.'),
      perUser: z
        .int()
        .min(1)
        .default(10)
        .describe(
          'How many challenges one user may get at one client within 10 minutes: in all new browsers together, and in each browser where the user has passed one.',
        ),
      perAddress: z
        .int()
        .min(1)
        .default(300)
        .describe(
          'How many challenges one address may cause within 10 minutes, in browsers where the user has not passed one yet.',
        ),
    })
    .prefault({})
    .describe('Limits of every step-up.'),
  defaults: defaultsSchema
    .prefault({})
    .describe('The policy of clients that are not listed. Listed ones inherit all of it except mode.'),
  clients: z
    .record(clientKey, clientSchema)
    .default({})
    .describe('The listed clients. The key is the client_id, unless the client sets clientId.'),
  protectedPaths: z
    .array(protectedPathSchema)
    .default([])
    .describe('Pages of the OP that need a step-up. If several entries match, the first one applies.'),
  passkeys: z
    .exactOptional(passkeysSchema)
    .describe("The page for users' passkeys, and the sign-in with them. Unset: neither exists."),
  log: logSchema.prefault({}).describe('The log, and how it names users.'),
  pages: pagesSchema.prefault({}).describe("How the gateway's own pages look."),
  clientsDir: z
    .exactOptional(textLike(/./, 'a folder', 'write a folder such as clients.d'))
    .describe(
      'A folder, relative to this file, with one file per client: KEY.yaml holds what clients.KEY would.',
    ),
})

/**
 * The configuration file: parses the values of YAML and presets into the Config that the gateway runs on. Durations
 * become milliseconds.
 */
export const configSchema = fileSchema
  .superRefine(findInconsistencies, { when: () => true })
  .meta({ title: 'Configuration of the step-up gateway' })
  .transform(({ clientsDir: _read, ...file }) => {
    const defaults: ClientPolicy = { ...file.defaults, clientId: '', redirectUris: [] }
    const clients: ReadonlyMap<string, ClientPolicy> = new Map(
      Object.entries(file.clients).map(([key, client]) => {
        const policy = { ...defaults, clientId: key, ...client }
        return [policy.clientId, policy]
      }),
    )
    const issuer = file.provider.issuer ?? file.publicUrl
    const protectedPaths: readonly ProtectedPath[] = file.protectedPaths.map(
      ({ path: spelled, httpMethods, ...policy }) => {
        const path = resolveIssuerPath(issuer, spelled)
        const name = httpMethods.length > 0 ? `${httpMethods.join(',')} ${path}` : path
        return { name, path, httpMethods, policy: { ...defaults, ...policy } }
      },
    )
    const passkeys = file.passkeys && describePasskeys(file.passkeys, defaults)
    const { passkeys: _written, ...rest } = file
    // Files are read where the configuration is loaded.
    const { logo: _logo, templates: _templates, ...look } = file.pages
    const pages: PagesLook = look
    return {
      ...rest,
      pages,
      provider: resolveIssuerPaths({ ...file.provider, issuer }),
      store: describeStore(file.store),
      defaults,
      clients,
      protectedPaths,
      ...(passkeys && { passkeys }),
    }
  })

/** The passkey page is judged like a protected path: only a proof for its own action opens it. */
function describePasskeys(
  { tenantId, signIn, ...policy }: z.output<typeof passkeysSchema>,
  defaults: ClientPolicy,
): { tenantId: string; policy: ClientPolicy; signIn?: PasskeySignIn } {
  return {
    tenantId,
    policy: { ...defaults, satisfiedByAmr: [], ...policy, mode: 'enforce' },
    ...(signIn && { signIn }),
  }
}

/** The whole configuration, checked and complete. */
export type Config = z.output<typeof configSchema>

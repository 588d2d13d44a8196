import { z } from 'zod'
import { mayBePrivate } from './addresses.ts'
import type { Findings } from './consistency.ts'
import { hostOf } from './network.ts'
import { certificates, privateKey } from './pem.ts'
import { duration, secret, text, textLike } from './text.ts'

const nodePattern = /^(rediss?):\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(?:\/(\d{1,4}))?$/
const example = 'rediss://store.internal:6379'
const defaultPort = 6379

/** Where one server listens. */
export interface StoreNode {
  /** A name, or an address without brackets. */
  readonly host: string
  readonly port: number
}

/** Which servers hold the state together. */
export type StoreTopology =
  | { readonly kind: 'single'; readonly node: StoreNode; readonly database: number }
  | { readonly kind: 'cluster'; readonly nodes: readonly StoreNode[] }
  | {
      readonly kind: 'sentinel'
      readonly name: string
      readonly nodes: readonly StoreNode[]
      readonly username?: string | undefined
      readonly password?: string | undefined
      readonly database: number
    }

/** A store on Redis or Valkey. */
export type RedisSettings = ReturnType<typeof describeRedis>

/** `memory`, or where and how a server is reached. */
export type StoreSettings = 'memory' | RedisSettings

const nodeUrl = text(`write a URL such as ${example}`, findNodeFault, nodePattern.source)
const listedUrl = text(`write a URL such as ${example}`, (value) =>
  /[^/]\/\d+$/.test(value) ? 'names a database' : findNodeFault(value),
)
const nameOf = (what: string) => textLike(/^[!-~]{1,256}$/, what, 'write printable ASCII without spaces')
const database = z.int().min(0).max(9999)
const username = nameOf('a user name')

/** `store` where it is more than a word. */
const redisSchema = z
  .strictObject({
    url: z
      .exactOptional(nodeUrl)
      .describe('One server: redis(s)://host:port/database. Plain redis:// inside a private network only.'),
    cluster: z
      .exactOptional(z.array(listedUrl).min(1))
      .describe('Some nodes of a cluster, from which the others are learned.'),
    sentinel: z
      .exactOptional(
        z.strictObject({
          name: nameOf('a name').describe('The name that the sentinels have for the servers.'),
          nodes: z.array(listedUrl).min(1).describe('The sentinels, as URLs.'),
          database: database.default(0).describe('The number of the database on the servers.'),
          username: z.exactOptional(username).describe('The ACL user at the sentinels, if they know one.'),
          password: z.exactOptional(secret()).describe('The password at the sentinels, if they ask for one.'),
        }),
      )
      .describe('Sentinels, which say which server is the primary.'),
    username: z.exactOptional(username).describe('The ACL user at the servers. Default: their default user.'),
    password: z.exactOptional(secret()).describe('Its password at the servers.'),
    prefix: textLike(/^[A-Za-z0-9:._-]{1,64}$/, 'a prefix', 'write letters, digits, colon, dot, _ and -')
      .default('step-up')
      .describe('What all keys begin with. Gateways of one OP share it; gateways of different OPs must not.'),
    tls: z
      .strictObject({
        ca: z.exactOptional(certificates()).describe("The CA that signs the servers' certificates, in PEM."),
        cert: z.exactOptional(certificates()).describe('A client certificate for the servers, in PEM.'),
        key: z.exactOptional(privateKey()).describe('The private key of the client certificate, in PEM.'),
      })
      .prefault({})
      .describe('TLS towards the servers, whose certificates are always verified.'),
    connectTimeout: duration('10ms', '30s')
      .prefault('2s')
      .describe('How long it may take to connect; meanwhile every question to the store fails at once.'),
    timeout: duration('1ms', '30s').prefault('500ms').describe('How long one answer of the store may take.'),
  })
  .superRefine(findContradictions)

/** `store`: a word, a URL, or a mapping. */
export const storeSchema = z.union([
  text(
    `write memory, or a URL such as ${example}`,
    (value) => (value === 'memory' ? undefined : findNodeFault(value)),
    `^memory$|${nodePattern.source}`,
  ),
  redisSchema,
])

type RedisKeys = z.output<typeof redisSchema>

/** The same settings whether they are written as a URL or as a mapping. */
export function describeStore(store: z.output<typeof storeSchema>): StoreSettings {
  if (store === 'memory') return store
  return describeRedis(typeof store === 'string' ? redisSchema.parse({ url: store }) : store)
}

function describeRedis({ url = '', cluster, sentinel, ...common }: RedisKeys) {
  const isTls = isEncrypted([url, ...(cluster ?? []), ...(sentinel?.nodes ?? [])].join())
  return { ...common, isTls, topology: describeTopology(url, cluster, sentinel) }
}

function describeTopology(
  url: string,
  cluster: RedisKeys['cluster'],
  sentinel: RedisKeys['sentinel'],
): StoreTopology {
  const nodesOf = (urls: readonly string[]) => urls.map((one) => parseNode(one).node)
  if (cluster) return { kind: 'cluster', nodes: nodesOf(cluster) }
  if (sentinel) return { kind: 'sentinel', ...sentinel, nodes: nodesOf(sentinel.nodes) }
  return { kind: 'single', ...parseNode(url) }
}

const isEncrypted = (url: string): boolean => url.includes('rediss:')

function parseNode(url: string): { node: StoreNode; database: number } {
  const [, , host = '', port = defaultPort, database = 0] = url.split(nodePattern)
  return {
    node: { host: hostOf(host), port: Number(port) },
    database: Number(database),
  }
}

function findNodeFault(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (value.includes('@')) return 'holds a user name or password: username and password are keys beside url'
  const [, scheme, host = '', port = defaultPort] = nodePattern.exec(value) ?? []
  if (scheme === undefined || !URL.canParse(`http://${host}:${port}`))
    return 'is not a redis:// or rediss:// URL'
  if (scheme === 'redis' && !mayBePrivate(host))
    return 'is plain redis, which is accepted inside a private network only'
  return undefined
}

/** The rules that need more than one key. */
function findContradictions(store: RedisKeys, findings: Findings): void {
  const report = (path: string[], message: string, fix: string) =>
    findings.addIssue({ code: 'custom', path, message, params: { fix } })
  const { url, cluster, sentinel, tls } = store
  const urls = [url ?? [], cluster ?? [], sentinel?.nodes ?? []].flat()
  const places = [url, cluster, sentinel].filter((place) => place !== undefined)
  if (places.length !== 1)
    report(
      [],
      places.length === 0 ? 'names no server' : 'names its servers in more than one way',
      'set one of url, cluster and sentinel',
    )
  if (urls.some(isEncrypted) && !urls.every(isEncrypted))
    report([cluster ? 'cluster' : 'sentinel'], 'mixes redis:// and rediss://', 'write rediss:// for all')
  if (Object.keys(tls).length > 0 && !urls.some(isEncrypted))
    report(['tls'], 'is not used without TLS', 'write rediss://')
  if (tls.cert !== undefined && tls.key === undefined)
    report(['tls'], 'has a cert without its key', 'add key')
  if (tls.key !== undefined && tls.cert === undefined)
    report(['tls'], 'has a key without its cert', 'add cert')
  for (const [path, { username, password }] of [
    [[], store],
    [['sentinel'], sentinel ?? {}],
  ] as const)
    if (username !== undefined && password === undefined)
      report([...path, 'username'], 'has no password', 'add password')
}

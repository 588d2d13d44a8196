import { pick } from '../yaml/values.ts'
import { findPairFault, findSigningFault } from './pem.ts'

/** Where the rules below report what they find. */
export interface Findings {
  addIssue(issue: { code: 'custom'; path: PropertyKey[]; message: string; params: { fix: string } }): void
}

/**
 * The rules that need more than one key. They also run on a file with other faults, so that all are reported at once;
 * unreadable parts are skipped.
 */
export function findInconsistencies(file: unknown, findings: Findings): void {
  const report = (path: PropertyKey[], message: string, fix: string) =>
    findings.addIssue({ code: 'custom', path, message, params: { fix } })
  checkAddresses(file, report)
  checkKeys(file, report)
  checkCertificates(file, report)
  checkOwnPages(file, report)
  checkRemember(file, report)
  checkRedirectUris(file, report)
  checkClientIds(file, report)
  checkProtectedPaths(file, report)
  checkPasskeys(file, report)
  checkProbe(file, report)
  checkLog(file, report)
}

type Report = (path: PropertyKey[], message: string, fix: string) => void

function checkAddresses(file: unknown, report: Report): void {
  const tls = read(file, 'upstream', 'tls')
  for (const [key, other] of [
    ['admin', 'listen'],
    ['monitoring', 'listen'],
    ['monitoring', 'admin'],
  ] as const) {
    if (isSameAddress(read(file, key), read(file, other)))
      report([key, 'port'], `is also the port of ${other}`, 'choose another port')
  }
  if (read(file, 'publicUrl') !== undefined && read(file, 'publicUrl') === read(file, 'upstream', 'url'))
    report(
      ['upstream', 'url'],
      'is the same as publicUrl, so the gateway would call itself',
      'write the origin at which the OP listens',
    )
  if (read(tls, 'cert') !== undefined && read(tls, 'key') === undefined)
    report(['upstream', 'tls'], 'has a cert without its key', 'add key')
  if (read(tls, 'key') !== undefined && read(tls, 'cert') === undefined)
    report(['upstream', 'tls'], 'has a key without its cert', 'add cert')
}

function isSameAddress(one: unknown, other: unknown): boolean {
  const hosts = [read(one, 'host'), read(other, 'host')]
  const isSameHost = hosts[0] === hosts[1] || hosts.includes('0.0.0.0')
  const port = read(one, 'port')
  return isSameHost && typeof port === 'number' && port !== 0 && port === read(other, 'port')
}

/** With another certificate's key every handshake fails. */
function checkKeys(file: unknown, report: Report): void {
  for (const at of ['listen', 'upstream']) {
    const fault = findPairFault(read(file, at, 'tls', 'cert'), read(file, at, 'tls', 'key'))
    if (fault !== undefined)
      report([at, 'tls', 'key'], fault, 'write the key of the first certificate in cert')
  }
}

/** Of whom else would it come? */
function checkCertificates(file: unknown, report: Report): void {
  const proxies = read(file, 'trustedProxies')
  if (read(file, 'clientCertHeader') !== undefined && Array.isArray(proxies) && proxies.length === 0)
    report(['clientCertHeader'], 'is believed of nobody', 'list the proxies in front in trustedProxies')
}

function checkOwnPages(file: unknown, report: Report): void {
  for (const list of ['authorizePaths', 'tokenPaths', 'closedPaths']) {
    for (const [index, path] of entries(read(file, 'provider', list)))
      checkIsNotOwn(file, path, ['provider', list, Number(index)], report)
  }
}

function checkIsNotOwn(file: unknown, path: unknown, at: PropertyKey[], report: Report): void {
  const prefix = read(file, 'pathPrefix')
  if (typeof path !== 'string' || typeof prefix !== 'string') return
  const loose = path.toLowerCase()
  if (loose === prefix || loose.startsWith(`${prefix}/`))
    report(at, 'is below pathPrefix', 'remove it, or change pathPrefix')
}

function checkRemember(file: unknown, report: Report): void {
  const longest = read(file, 'stepUp', 'session')
  const policies = entries(read(file, 'clients')).map(([key, policy]) => [['clients', key], policy] as const)
  for (const [path, policy] of [[['defaults'], read(file, 'defaults')] as const, ...policies]) {
    const remember = read(policy, 'remember')
    if (typeof longest === 'number' && typeof remember === 'number' && remember > longest)
      report([...path, 'remember'], 'is longer than stepUp.session', 'shorten it, or lengthen stepUp.session')
  }
}

function checkRedirectUris(file: unknown, report: Report): void {
  // If all others are enforced, the gateway must recognise the answers to a client that is not.
  const isOffKnown = read(file, 'defaults', 'mode') === 'enforce'
  for (const [client, policy] of entries(read(file, 'clients'))) {
    const mode = read(policy, 'mode')
    const uris = read(policy, 'redirectUris')
    const isUnset = uris === undefined || (Array.isArray(uris) && uris.length === 0)
    if ((mode === 'monitor' || mode === 'enforce' || (mode === 'off' && isOffKnown)) && isUnset)
      report(
        ['clients', client, 'redirectUris'],
        uris === undefined ? 'is missing' : 'is empty',
        'list the redirect URIs that the OP has for this client',
      )
  }
}

function checkClientIds(file: unknown, report: Report): void {
  const owners = new Map<string, string>()
  for (const [client, policy] of entries(read(file, 'clients'))) {
    const named = read(policy, 'clientId')
    const clientId = typeof named === 'string' ? named : client
    const owner = owners.get(clientId)
    if (owner === undefined) owners.set(clientId, client)
    else
      report(
        named === undefined ? ['clients', client] : ['clients', client, 'clientId'],
        `is also the client_id of client ${JSON.stringify(owner)}`,
        'keep one policy per client_id',
      )
  }
}

function checkProtectedPaths(file: unknown, report: Report): void {
  const seen = new Set<string>()
  for (const [index, page] of entries(read(file, 'protectedPaths'))) {
    const path = read(page, 'path')
    const at = ['protectedPaths', Number(index), 'path']
    const name = JSON.stringify([path, read(page, 'httpMethods')])
    if (seen.has(name)) report(at, 'is in an earlier entry with the same httpMethods', 'keep one of them')
    seen.add(name)
    checkIsNotOwn(file, path, at, report)
  }
}

/** A token for the sign-in's action identifies a user: nothing else may lead to one. */
function checkPasskeys(file: unknown, report: Report): void {
  const signIn = read(file, 'passkeys', 'signIn')
  if (signIn === undefined) return
  const at = ['passkeys', 'signIn']
  const [header, jwt] = [read(signIn, 'header'), read(signIn, 'jwt')]
  if ((header === undefined) === (jwt === undefined))
    report(
      at,
      header === undefined ? 'has neither header nor jwt' : 'has both header and jwt',
      'set one of them',
    )
  const policies = [
    read(file, 'passkeys'),
    read(file, 'defaults'),
    ...entries(read(file, 'clients')).map(([, client]) => client),
    ...entries(read(file, 'protectedPaths')).map(([, page]) => page),
  ]
  // guard: sign-in-action
  if (policies.some((policy) => read(policy, 'action') === read(signIn, 'action')))
    report([...at, 'action'], 'is also used elsewhere', 'choose an action for this alone')
  if (jwt === undefined) return
  // A user name may be reassigned, and here the gateway does not ask whom the OP signed in.
  if (read(signIn, 'user') === 'username')
    report([...at, 'user'], 'is username, which the JWT does not contain', 'remove it: sub is the user id')
  const isShared = read(jwt, 'algorithm') === 'HS256'
  const [needed, other] = isShared ? ['secret', 'key'] : ['key', 'secret']
  if (read(jwt, needed) === undefined) report([...at, 'jwt'], `has no ${needed}`, `add ${needed}`)
  const fault = findSigningFault(read(jwt, 'key'), read(jwt, 'algorithm'))
  if (fault !== undefined)
    report([...at, 'jwt', 'key'], fault, 'write a key in PKCS #8 for the algorithm, or another algorithm')
  if (read(jwt, other) !== undefined)
    report([...at, 'jwt', other], `is not used with ${String(read(jwt, 'algorithm'))}`, 'remove it')
}

/** What rests on asking the OP at once, beside the browser. */
function checkProbe(file: unknown, report: Report): void {
  if (read(file, 'provider', 'probe', 'responseType') === 'id_token' && asksUserinfo(file))
    report(
      ['provider', 'probe', 'userinfo'],
      'needs an access token, which responseType: id_token does not bring',
      'remove it, or set responseType: code',
    )
  if (read(file, 'provider', 'probe', 'by') !== 'browser') return
  const isPageEnforced = entries(read(file, 'protectedPaths')).some(
    ([, page]) => read(page, 'mode') !== 'monitor',
  )
  // guard: pages-by-session-cookie
  if (isPageEnforced && read(file, 'provider', 'renewsSession') !== true)
    report(
      ['provider', 'probe', 'by'],
      'is browser, so that a protected page rests on the session cookie of the user who was asked for',
      'set provider.renewsSession: true if the OP gives another cookie to the next user who signs in; else remove protectedPaths',
    )
  if (read(file, 'passkeys', 'signIn', 'header') !== undefined)
    report(
      ['passkeys', 'signIn', 'header'],
      'needs an OP that the gateway can ask itself (provider.probe.by: server)',
      'use jwt',
    )
}

const asksUserinfo = (file: unknown): boolean => read(file, 'provider', 'probe', 'userinfo') === true

/** With a key that can be guessed the users behind the hashes can be too. */
function checkLog(file: unknown, report: Report): void {
  const [subject, key] = [read(file, 'log', 'subject'), read(file, 'log', 'subjectKey')]
  if (subject === 'hashed' && key === undefined)
    report(['log'], 'has no subjectKey to hash with', `add subjectKey, such as \${AUDIT_SUBJECT_KEY}`)
  if (typeof key === 'string' && key.length < 32)
    report(['log', 'subjectKey'], 'is shorter than 32 characters', 'make a longer one: openssl rand -hex 32')
  if (key !== undefined && subject !== 'hashed')
    report(['log', 'subjectKey'], 'is used with subject: hashed only', 'remove it, or set subject: hashed')
}

function read(value: unknown, ...path: string[]): unknown {
  return pick(value, path)
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

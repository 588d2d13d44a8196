/** What we would put into a page of the OP, by absolute http or https URLs. */
export interface PageAddition {
  readonly scripts: readonly string[]
  /** What the scripts fetch. */
  readonly connects: readonly string[]
}

/** `nonce`: what our script elements have to carry. `directive`: the one that forbids them. */
export type PolicyVerdict =
  | { readonly isAllowed: true; readonly nonce: string | undefined }
  | { readonly isAllowed: false; readonly directive: string }

type Policy = ReadonlyMap<string, readonly string[]>

/**
 * Tells whether a page's own policies allow an addition as external scripts in its markup (CSP Level 3). They are
 * only read: where they don't allow us, we stay out.
 *
 * @param values of the Content-Security-Policy headers and meta elements; each may hold several policies, and all of
 *   them must allow. Report-Only doesn't count.
 * @param pageUrl what 'self' means.
 */
export function judgeContentSecurity(
  values: readonly string[],
  addition: PageAddition,
  pageUrl: string,
): PolicyVerdict {
  const page = new URL(pageUrl)
  const scripts = addition.scripts.map((url) => new URL(url))
  const connects = addition.connects.map((url) => new URL(url))
  /** The nonces that satisfy every policy that asks for one. */
  let nonces: readonly string[] | undefined
  for (const policy of values.flatMap(parsePolicies)) {
    const obstacle = findObstacle(policy)
    if (obstacle !== undefined) return { isAllowed: false, directive: obstacle }
    const [connectName, connectSources] = pickDirective(policy, ['connect-src', 'default-src'])
    if (connectSources && !connects.every((url) => matchesAny(connectSources, url, page)))
      return { isAllowed: false, directive: connectName }
    const [name, sources] = pickDirective(policy, ['script-src-elem', 'script-src', 'default-src'])
    if (!sources || scripts.every((url) => letsMarkupLoad(sources, url, page))) continue
    const offered = sources.flatMap(readNonce)
    nonces = nonces?.filter((nonce) => offered.includes(nonce)) ?? offered
    if (nonces.length === 0) return { isAllowed: false, directive: name }
  }
  const [nonce] = nonces ?? []
  return { isAllowed: true, nonce }
}

/** A page may take scripts as such away, or the origin without which they reach nothing. */
function findObstacle(policy: Policy): string | undefined {
  const sandbox = policy.get('sandbox')?.map((flag) => flag.toLowerCase())
  if (sandbox && !(sandbox.includes('allow-scripts') && sandbox.includes('allow-same-origin')))
    return 'sandbox'
  return policy.has('require-trusted-types-for') ? 'require-trusted-types-for' : undefined
}

/** The policies of a header (2.2.2): of two directives with one name the first counts. */
function parsePolicies(value: string): Policy[] {
  return value.split(',').map((text) => {
    const policy = new Map<string, readonly string[]>()
    for (const directive of text.split(';')) {
      const [name = '', ...sources] = directive.split(/[\t\n\f\r ]+/).filter((token) => token !== '')
      const key = name.toLowerCase()
      if (key !== '' && !policy.has(key)) policy.set(key, sources)
    }
    return policy
  })
}

/** The first of these directives that the policy has (6.8.3). */
function pickDirective(policy: Policy, names: readonly string[]): [string, readonly string[] | undefined] {
  const name = names.find((candidate) => policy.has(candidate)) ?? ''
  return [name, policy.get(name)]
}

/** 'strict-dynamic' takes its meaning from everything by which markup could load a script without a nonce. */
function letsMarkupLoad(sources: readonly string[], url: URL, page: URL): boolean {
  return !sources.some((source) => /^'strict-dynamic'$/i.test(source)) && matchesAny(sources, url, page)
}

/** 6.7.2.7; 'none', keywords and what is no source expression match nothing. */
function matchesAny(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => matchesSource(source, url, page))
}

/** The nonce of a source; its case counts, the keyword's doesn't. */
function readNonce(source: string): string[] {
  const [, nonce] = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source) ?? []
  return nonce === undefined ? [] : [nonce]
}

const hostSource =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d+|\*))?(\/.*)?$/i

/** 6.7.2.8 */
function matchesSource(source: string, url: URL, page: URL): boolean {
  if (source === '*') return true
  if (/^'self'$/i.test(source)) return url.origin === page.origin
  const [, onlyScheme] = /^([a-z][a-z0-9+.-]*):$/i.exec(source) ?? []
  if (onlyScheme !== undefined) return matchesScheme(onlyScheme, url)
  const [whole, scheme = page.protocol.slice(0, -1), host = '', port, path] = hostSource.exec(source) ?? []
  if (whole === undefined) return false
  return (
    matchesScheme(scheme, url) && matchesHost(host, url) && matchesPort(port, url) && matchesPath(path, url)
  )
}

/** A source of http lets https through too. */
function matchesScheme(scheme: string, { protocol }: URL): boolean {
  const wanted = `${scheme.toLowerCase()}:`
  return wanted === protocol || (wanted === 'http:' && protocol === 'https:')
}

/** Addresses match nothing but themselves, and of those browsers promise 127.0.0.1 only. */
function matchesHost(host: string, { hostname }: URL): boolean {
  const wanted = host.toLowerCase()
  if (wanted === '*') return true
  if (wanted.startsWith('*.')) return hostname.endsWith(wanted.slice(1))
  return wanted === hostname && (!/^[\d.]+$/.test(wanted) || wanted === '127.0.0.1')
}

/** A URL without a port has its scheme's. */
function matchesPort(port: string | undefined, { port: actual, protocol }: URL): boolean {
  if (port === undefined) return actual === ''
  const usual = protocol === 'https:' ? '443' : '80'
  return port === '*' || Number(port) === Number(actual || usual)
}

/** A path with a slash at its end stands for all that is below it; case counts. Our own paths need no escapes. */
function matchesPath(path: string | undefined, { pathname }: URL): boolean {
  if (path === undefined || path === '/') return true
  const wanted = path.replace(/%(?!2f)([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return wanted.endsWith('/') ? pathname.startsWith(wanted) : pathname === wanted
}

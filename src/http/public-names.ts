/** The public address, and the addresses by which the OP may call itself instead. */
export interface Names {
  /** An origin without a trailing slash. */
  readonly publicUrl: string
  /** Origins that only the gateway reaches. */
  readonly internal: ReadonlySet<string>
}

/** A URL, absolute or without a scheme, at the public address where it names an internal one. The rest keeps its bytes. */
export function toPublicUrl(url: string, { publicUrl, internal }: Names): string {
  const [authority] = /^(?:https?:)?\/\/[^/?#\\@\s]+(?=[/?#]|$)/i.exec(url) ?? []
  if (authority === undefined) return url
  const isInternal = [...internal].some(
    (origin) => URL.canParse(authority, origin) && new URL(authority, origin).origin === origin,
  )
  // guard: internal-addresses
  return isInternal ? publicUrl + url.slice(authority.length) : url
}

/**
 * A Set-Cookie header without a Domain that browsers would refuse from the public address: that of an internal one.
 * The cookie is then the public host's own (RFC 6265 5.3).
 */
export function toPublicCookie(setCookie: string, { publicUrl, internal }: Names): string {
  if (!/;\s*domain\s*=/i.test(setCookie)) return setCookie
  const isWithin = (url: string, domain: string): boolean =>
    `.${new URL(url).hostname}`.endsWith(`.${domain}`)
  const [pair = '', ...attributes] = setCookie.split(';')
  const kept = attributes.filter((attribute) => {
    const domain = /^\s*domain\s*=\s*\.?(.*?)\s*$/i.exec(attribute)?.[1]?.toLowerCase()
    if (domain === undefined || isWithin(publicUrl, domain)) return true
    return ![...internal].some((origin) => isWithin(origin, domain))
  })
  return [pair, ...kept].join(';')
}

/**
 * The OP's metadata with every endpoint at the public address (OIDC Discovery 1.0, 3; RFC 8414). The issuer stays: it
 * is an identifier, and ID tokens repeat it.
 *
 * @returns undefined where nothing has to change, or where the text is no JSON object.
 */
export function publishMetadata(text: string, names: Names): string | undefined {
  let isChanged = false
  const publish = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const url = toPublicUrl(value, names)
      isChanged ||= url !== value
      return url
    }
    if (Array.isArray(value)) return value.map(publish)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, name === 'issuer' ? part : publish(part)]),
    )
  }
  try {
    const published = publish(JSON.parse(text))
    return isChanged ? JSON.stringify(published) : undefined
  } catch {
    return undefined
  }
}

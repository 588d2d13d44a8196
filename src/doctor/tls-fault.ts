const causes: readonly (readonly [code: RegExp, about: string])[] = [
  [/CERT_HAS_EXPIRED/, 'its certificate has expired'],
  [/CERT_NOT_YET_VALID/, 'its certificate is not valid yet'],
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, 'its certificate names another host'],
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|CERT_UNTRUSTED/,
    'its certificate is of a CA that is not trusted here',
  ],
  [/^ERR_(?:SSL|TLS)|^EPROTO$|^CERT_|^UNABLE_TO_/, 'TLS fails'],
]

/** What a code of Node or OpenSSL says of the other end's TLS; undefined if it is about something else. */
export const describeTlsFault = (code: string): string | undefined =>
  causes.some(([pattern]) => pattern.test(code)) ? describeCertificateFault(code) : undefined

/** The same for a code that can't be about anything else. */
export function describeCertificateFault(code: string): string {
  const [, about = 'TLS fails'] = causes.find(([pattern]) => pattern.test(code)) ?? []
  return `${about} (${code})`
}

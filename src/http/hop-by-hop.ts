/** Headers that end at the next hop (RFC 9110 7.6.1), and those of the connection itself that Node answers for. */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-authentication-info', 'http2-settings', 'expect'],
])

/** The lower-case names that Connection headers list. */
export function readConnection(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== '')
}

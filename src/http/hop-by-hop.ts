import { remember } from './remembered.ts'

/** Headers that end at the next hop (RFC 9110 7.6.1), and those of the connection itself that Node answers for. */
export const hopByHopHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-authentication-info', 'http2-settings', 'expect'],
])

/** The lower-case names that Connection headers list. */
export const readConnection = (value: string | readonly string[] = ''): readonly string[] =>
  readList(typeof value === 'string' ? value : value.join())

/** Nearly all say `keep-alive` or `close`. */
const readList = remember((list) =>
  list
    .split(',')
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== ''),
)

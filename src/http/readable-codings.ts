import { remember } from './remembered.ts'

/** The content codings (RFC 9110 8.4.1) that the OP is offered: with every version of Node the gateway reads them. */
const offered: ReadonlySet<string> = new Set(['identity', 'gzip', 'x-gzip', 'deflate', 'br'])

/**
 * The codings of a body, in the order in which they were applied.
 *
 * @param contentEncoding the field's value; of a doubled field all values, with commas between them.
 * @returns in lower case, without those that change nothing.
 */
export function listCodings(contentEncoding: string | undefined): string[] {
  return splitList(contentEncoding ?? '')
    .map((coding) => coding.toLowerCase())
    .filter((coding) => coding !== 'identity')
}

/**
 * What of the codings that a client accepts (RFC 9110 12.5.3) goes on to the OP: those that the gateway reads too.
 *
 * @param value of the Accept-Encoding field, or of several. It goes on as it came if all of them can be read.
 */
export function keepReadable(value: string | string[]): string | string[] {
  const list = typeof value === 'string' ? value : value.join()
  const kept = keepOffered(list)
  return kept === list ? value : kept
}

/** Every browser says the same of itself all the time. */
const keepOffered = remember((list) => {
  const accepted = splitList(list)
  const kept = accepted.filter((item) => offered.has(nameOf(item)))
  if (kept.length === accepted.length) return list
  return kept.some(isWanted) ? kept.join(', ') : 'identity'
})

function splitList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

const nameOf = (item: string): string => item.replace(/\s*;.*$/s, '').toLowerCase()

const isWanted = (item: string): boolean => !/;\s*q\s*=\s*0(?:\.0*)?\s*$/i.test(item)

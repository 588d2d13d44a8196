import type { IncomingHttpHeaders } from 'node:http'
import Negotiator from 'negotiator'
import { Refusal } from '../refusal.ts'
import { remember } from './remembered.ts'

/**
 * Whether a person waits for this answer in a browser tab, so that the gateway may show a page first: a GET that loads
 * a top-level document, according to Fetch Metadata or, if the browser sends none, to Accept. Frames, scripts and
 * prefetches don't count.
 */
export function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' || isPrefetch(headers)) return false
  if (lowerCased(headers, 'x-requested-with') === 'xmlhttprequest') return false
  const mode = lowerCased(headers, 'sec-fetch-mode')
  const destination = lowerCased(headers, 'sec-fetch-dest')
  if (mode === undefined && destination === undefined) return acceptsHtml(headers.accept ?? '')
  return (mode ?? 'navigate') === 'navigate' && (destination ?? 'document') === 'document'
}

/** Whether a page can be shown in answer: a form is posted by a navigation too. */
export function canShowPage(method: string, headers: IncomingHttpHeaders): boolean {
  return isNavigation(method === 'POST' ? 'GET' : method, headers)
}

/**
 * What a browser loads by a request, by Fetch Metadata: a page of its own tab, a frame in a page, or a part of one (an
 * image, a script, what a script fetches). Without Fetch Metadata, it counts as a page.
 */
export type Load = 'page' | 'frame' | 'part'

const frames: ReadonlySet<string> = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe'])

export function readLoad(headers: IncomingHttpHeaders): Load {
  const destination = lowerCased(headers, 'sec-fetch-dest') ?? 'document'
  if (frames.has(destination)) return 'frame'
  const isNavigated = (lowerCased(headers, 'sec-fetch-mode') ?? 'navigate') === 'navigate'
  return isNavigated && destination === 'document' ? 'page' : 'part'
}

/** @throws {Refusal} `malformed_headers` for what is no navigation. */
export function requireNavigation(method: string, headers: IncomingHttpHeaders): void {
  if (isNavigation(method, headers)) return
  throw new Refusal('malformed_headers', 'a page for top-level navigation only', {
    value: [headers['sec-fetch-mode'], headers['sec-fetch-dest']].join(' ').trim() || undefined,
  })
}

function isPrefetch(headers: IncomingHttpHeaders): boolean {
  return ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/.test(lowerCased(headers, name) ?? ''),
  )
}

/** There are as many of these as kinds of browsers. */
const acceptsHtml = remember((accept) => {
  const types = new Negotiator({ headers: { accept } }).mediaTypes()
  return types.some((type) => type.toLowerCase() === 'text/html')
})

function lowerCased(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value.trim().toLowerCase() : undefined
}

import { timingSafeEqual } from 'node:crypto'
import { hashOf } from '../hash.ts'

/**
 * The secret in the links on a step-up's pages. The step-up's id is known to the one who opened it, who could send the
 * browser that it is bound to through a link; this one stands on that browser's pages only, as its cookie is in it.
 *
 * @param browser hash of the cookie.
 */
export const linkKeyOf = (id: string, browser: string | undefined): string =>
  hashOf('link', /* guard: links-of-one-step-up */ id, browser)

/** Whether a link with this key stood on a page that this browser was shown. */
export function isLinkKey(key: string, id: string, browser: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(key)), Buffer.from(hashOf(linkKeyOf(id, browser))))
}

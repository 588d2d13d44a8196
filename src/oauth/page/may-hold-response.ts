// Attribute names stand in a page as they are (WHATWG HTML 13.2.5.33); only values may have characters by reference.

/** What puts a page into the page, or leads its forms elsewhere. */
const elsewhere = /srcdoc|<base/i

/** A value that is a name of a response, or may become one by a reference. */
const telling = /name\s*=\s*["']?(?:\w*&|(?:code|id_token|access_token|response|error)["'\s>])/i

/**
 * A form's address, other than a path, a query or a fragment at the page's own origin. What stands behind its first
 * characters changes no origin (WHATWG URL 4.4); tabs and newlines vanish from among these, references become others.
 */
const away =
  /action\s*=\s*(?!\s|""|''|>|["']?(?:[?#]|\/(?![/\\\t\n\r&])|[\w.~%][a-z0-9+.-]*(?![a-z0-9+.:\t\n\r&-])))/i

/**
 * Whether it is worth building a page that has a form. What this says no to has no field of an authorization response,
 * and no form with an address at another origin; most login pages are of this kind.
 */
export function mayHoldResponse(html: string): boolean {
  return telling.test(html) || away.test(html) || elsewhere.test(html)
}

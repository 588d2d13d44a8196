const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes one name or value of application/x-www-form-urlencoded strictly: every percent sign begins an escape, and
 * the bytes are valid UTF-8 (RFC 6749 appendix B).
 *
 * @param text bytes as latin1 characters, as Node gives request targets.
 * @returns undefined if it is anything else.
 */
export function decodeFormText(text: string): string | undefined {
  if (/^[\w.~-]*$/.test(text)) return text
  if (/%(?![0-9a-f]{2})|[^\0-\xff]/i.test(text)) return undefined
  const bytes = decodeFormBytes(text)
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return undefined
  }
}

/** The bytes of a name or value as latin1 characters; what is no escape stays as it is. */
export function decodeFormBytes(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** JSON that a terminal shows and does not obey: what is not printable ASCII is escaped (RFC 8259 7). */
export const toSafeJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /[^\n -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/**
 * JSON that a terminal shows and does not obey: what is not printable ASCII is escaped (RFC 8259 7).
 *
 * @param indent spaces for each level; all on one line if it is left out.
 */
export const toSafeJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    /[^\n -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

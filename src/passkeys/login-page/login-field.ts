import type { Token } from 'parse5'

/** A start tag as the streaming parser tells it; offsets count from the start of the page. */
export interface StartTag {
  readonly tagName: string
  readonly attrs: readonly Token.Attribute[]
  readonly sourceCodeLocation: Token.LocationWithAttributes
}

export interface EndTag {
  readonly tagName: string
  readonly sourceCodeLocation: Token.Location
}

/** The types of input elements into which nobody types a name; one that browsers don't know means text. */
const otherTypes: ReadonlySet<string> = new Set([
  ...['hidden', 'password', 'checkbox', 'radio', 'submit', 'reset', 'button', 'image', 'file', 'color'],
  ...['range', 'number', 'url', 'date', 'month', 'week', 'time', 'datetime-local'],
])

export function attributeIn({ attrs }: StartTag, name: string): string | undefined {
  return attrs.find((attribute) => attribute.name === name)?.value
}

/** Whether a person can type a user name into this field. */
export function isUserNameField(tag: StartTag, name: string): boolean {
  if (tag.tagName !== 'input' || attributeIn(tag, 'name') !== name) return false
  if (['hidden', 'disabled', 'readonly'].some((state) => attributeIn(tag, state) !== undefined)) return false
  return !otherTypes.has((attributeIn(tag, 'type') ?? '').toLowerCase())
}

/** `webauthn` has to come last. With `username` the field goes on to take names from a password manager. */
const autofill = 'autocomplete="username webauthn"'

/**
 * A field's tag such that browsers offer passkeys in it (WebAuthn Level 3, 5.1.10). What else stands in it stays
 * as it is written.
 *
 * @param raw the tag, from `<` to `>`.
 */
export function offerPasskeys(tag: StartTag, raw: string): string {
  if (/(?:^|[\t\n\f\r ])webauthn$/.test(attributeIn(tag, 'autocomplete') ?? '')) return raw
  const { startOffset, attrs } = tag.sourceCodeLocation
  const old = attrs?.['autocomplete']
  if (old)
    return raw.slice(0, old.startOffset - startOffset) + autofill + raw.slice(old.endOffset - startOffset)
  const name = '<input'.length
  return `${raw.slice(0, name)} ${autofill}${raw.slice(name)}`
}

import { Refusal } from '../refusal.ts'

/**
 * Requires a body that every server reads as the same form: `application/x-www-form-urlencoded` in UTF-8, not encoded
 * (RFC 6749 appendix B).
 *
 * @throws Refusal `unsupported_content_type`
 */
export function requireFormContentType(
  header: string | undefined,
  contentEncoding: string | undefined,
): void {
  if (contentEncoding !== undefined && contentEncoding.trim() !== '') {
    throw new Refusal('unsupported_content_type', 'expected a body without a content encoding')
  }
  const [type, ...parts] = (header ?? '').split(';').map((part) => part.trim())
  // An empty parameter says nothing (RFC 9110 5.6.6).
  const parameters = parts.filter((part) => part !== '')
  const isUtf8 = parameters.every((parameter) => /^charset=(?:utf-8|"utf-8")$/i.test(parameter))
  if (type?.toLowerCase() !== 'application/x-www-form-urlencoded' || !isUtf8 || parameters.length > 1) {
    throw new Refusal('unsupported_content_type', 'expected application/x-www-form-urlencoded in UTF-8')
  }
}

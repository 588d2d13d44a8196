import { refuseFile, requireSize } from '../config/own-files.ts'
import type { Config } from '../config/schema/schema.ts'

/** Whose pages these are. */
export interface Brand {
  readonly name?: string | undefined
  /** A data: URL. */
  readonly logo?: string | undefined
}

const maxLogoBytes = 256 * 1024

/** @throws {ConfigError} if the logo is too large or is no image of a known type. */
export function createBrand({ name, logo }: Config['pages']): Brand {
  if (logo === undefined) return { name }
  requireSize('pages.logo', logo, maxLogoBytes)
  const { bytes } = logo
  const type = typeOf(bytes)
  if (type !== undefined) return { name, logo: `data:${type};base64,${bytes.toString('base64')}` }
  throw refuseFile(
    'pages.logo',
    logo.file,
    'is not an SVG, PNG or JPEG image',
    'use an image of one of these types',
  )
}

/** By the bytes: the browser gets no other answer to what this is. */
function typeOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 4096)
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  const isSvg =
    /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/i.test(start)
  return isSvg ? 'image/svg+xml' : undefined
}

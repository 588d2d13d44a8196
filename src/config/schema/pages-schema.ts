import { z } from 'zod'
import type { OwnFile, OwnFolder } from '../own-files.ts'
import { contrastOf, grounds, leastContrast } from './contrast.ts'
import { text, textLike } from './text.ts'

const file = textLike(/./, 'a path', 'write a path relative to this file')
const colorPattern = /^#[0-9a-f]{6}$/i

/** A colour for links on this background, which is also the background of buttons. */
function accentOn(ground: string) {
  return text(
    `write a colour as #rrggbb whose contrast to ${ground} is at least ${leastContrast} to 1`,
    (value) => {
      if (value === '') return 'is empty'
      if (!colorPattern.test(value)) return 'is not a colour'
      const contrast = contrastOf(value, ground)
      if (contrast >= leastContrast) return undefined
      return `is hard to read (WCAG 2.2 AA): its contrast is ${Math.floor(contrast * 10) / 10} to 1`
    },
    colorPattern.source,
  )
}

/** `pages`: how the gateway's own pages look. */
export const pagesSchema = z.strictObject({
  name: z
    .exactOptional(textLike(/^[^\p{Cc}]{1,80}$/u, 'a name', 'write 1 to 80 characters'))
    .describe('The name of the company, shown on every page.'),
  logo: z
    .exactOptional(file)
    .describe('An image file (SVG, PNG or JPEG, 256 KiB at most), relative to this file.'),
  accent: z
    .exactOptional(accentOn(grounds.light))
    .describe('The colour of links and buttons on a light background.'),
  accentDark: z.exactOptional(accentOn(grounds.dark)).describe('The same on a dark background.'),
  templates: z
    .exactOptional(file)
    .describe('A folder of templates that replace those of the same name in the package.'),
})

/** How the pages look, with what the files hold that `logo` and `templates` name. */
export interface PagesLook extends Omit<z.output<typeof pagesSchema>, 'logo' | 'templates'> {
  readonly logo?: OwnFile
  readonly templates?: OwnFolder
}

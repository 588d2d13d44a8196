import { z } from 'zod'
import { textLike } from './text.ts'

const color = textLike(/^#[0-9a-f]{6}$/i, 'a colour', 'write it as #rrggbb')
const file = textLike(/./, 'a path', 'write a path relative to this file')

/** `pages`: how the gateway's own pages look. */
export const pagesSchema = z.strictObject({
  name: z
    .exactOptional(textLike(/^[^\p{Cc}]{1,80}$/u, 'a name', 'write 1 to 80 characters'))
    .describe('The name of the company, shown on every page.'),
  logo: z
    .exactOptional(file)
    .describe('An image file (SVG, PNG or JPEG, 256 KiB at most), relative to this file.'),
  accent: z.exactOptional(color).describe('The colour of links and buttons on a light ground.'),
  accentDark: z.exactOptional(color).describe('The same on a dark ground.'),
  templates: z
    .exactOptional(file)
    .describe('A folder of templates that stand in for those of the same name in the package.'),
})

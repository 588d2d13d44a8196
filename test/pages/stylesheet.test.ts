import t from 'tap'
import { stylesheet } from '../../src/pages/stylesheet.ts'

/** WCAG 2.2, relative luminance. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrastOf(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function readColours(css: string): (name: string) => string {
  const colours = new Map(
    Array.from(css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g), ([, name, value]) => [name, value]),
  )
  return (name) => colours.get(name) ?? 'missing'
}

const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)')

for (const [scheme, css] of Object.entries({ light, dark })) {
  t.test(`text is readable on the ${scheme} scheme (WCAG 2.2 AA)`, async (t) => {
    const colour = readColours(css)
    const pairs: [foreground: string, background: string, ratio: number][] = [
      ['text', 'card', 4.5],
      ['quiet', 'card', 4.5],
      ['accent', 'card', 4.5],
      ['on-accent', 'accent', 4.5],
    ]
    for (const [foreground, background, ratio] of pairs) {
      t.ok(contrastOf(colour(foreground), colour(background)) >= ratio, `${foreground} on ${background}`)
    }
  })
}

t.test('focus is visible, and nothing is loaded', async (t) => {
  t.match(stylesheet, /a:focus-visible \{ outline: 3px solid/)
  t.notMatch(stylesheet, /url\(|@import|<\//)
})

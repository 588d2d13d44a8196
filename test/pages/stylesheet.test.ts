import t from 'tap'
import { contrastOf } from '../../src/config/schema/contrast.ts'
import { chooseAccents } from '../../src/pages/accents.ts'
import { createStylesheet } from '../../src/pages/stylesheet.ts'

function readColours(css: string): (name: string) => string {
  const colours = new Map(
    Array.from(css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/gi), ([, name, value]) => [name, value]),
  )
  return (name) => colours.get(name) ?? 'missing'
}

const brands = {
  'the usual colours': {},
  'a dark accent': { accent: '#7a0019' },
  'a black accent': { accent: '#000000' },
  'an accent that is readable on both': { accent: '#767676' },
  'a light accent for the dark': { accentDark: '#FFEE00' },
  'a middling accent for the dark': { accentDark: '#8c7cf0' },
  'both accents': { accent: '#004d40', accentDark: '#80cbc4' },
}

for (const [name, brand] of Object.entries(brands)) {
  const stylesheet = createStylesheet(chooseAccents(brand))
  const [light = '', dark = ''] = stylesheet.split('@media (prefers-color-scheme: dark)')
  for (const [scheme, css] of Object.entries({ light, dark })) {
    t.test(`${name}: text is readable on the ${scheme} scheme (WCAG 2.2 AA)`, async (t) => {
      const colour = readColours(css)
      const pairs: [foreground: string, background: string, ratio: number][] = [
        ['text', 'card', 4.5],
        ['text', 'ground', 4.5],
        ['quiet', 'card', 4.5],
        ['accent', 'card', 4.5],
        ['on-accent', 'accent', 4.5],
      ]
      for (const [foreground, background, ratio] of pairs) {
        const contrast = contrastOf(colour(foreground), colour(background))
        t.ok(contrast >= ratio, `${foreground} on ${background}: ${contrast}`)
      }
    })
  }
}

t.test('the accents are those of the configuration', async (t) => {
  t.match(chooseAccents({ accent: '#7a0019' }), { light: ['#7a0019', '#ffffff'] })
  t.match(chooseAccents({ accentDark: '#ffee00' }), { dark: ['#ffee00', '#000000'] })
  t.not(chooseAccents({ accent: '#7a0019' }).dark[0], chooseAccents({}).dark[0], 'the dark one follows')
})

t.test('focus is visible, nothing is loaded, nothing moves, nothing is left or right', async (t) => {
  const stylesheet = createStylesheet(chooseAccents({}))
  t.match(stylesheet, /a:focus-visible, button:focus-visible \{ outline: 3px solid/)
  t.notMatch(stylesheet, /url\(|@import|<\//)
  t.notMatch(stylesheet, /animation|transition|transform/)
  t.notMatch(stylesheet, /\b(?:left|right)\b/)
})

t.test("the operator's style is last", async (t) => {
  t.ok(createStylesheet(chooseAccents({}), 'p { color: red }').endsWith('p { color: red }'))
})

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { startAgainPage } from '../../src/pages/outcome-page.ts'
import { createPages } from '../../src/pages/pages.ts'
import { ownFiles } from './own-files.ts'
import { readPolicy, show } from './show.ts'

const page = startAgainPage({ supportId: 'id-1' })
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'

t.test('the name is on every page and in its title', async (t) => {
  const { body } = await show(page, { config: { name: 'Acme & Co' } })
  t.match(body, '<title>You are verified – Acme &amp; Co</title>')
  t.match(body, /<header class="brand">\n<span>Acme &amp; Co<\/span>\n<\/header>/)
  t.notMatch(body, '<img')
})

t.test('the logo is in the page, by the type of its bytes', async (t) => {
  const types: Record<string, [start: Buffer | string, type: string]> = {
    svg: [svg, 'image/svg+xml'],
    prolog: [`\ufeff<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg>\n${svg}`, 'image/svg+xml'],
    png: [Buffer.from('\x89PNG\r\n\x1a\nabc', 'latin1'), 'image/png'],
    jpeg: [Buffer.from('\xff\xd8\xff\xe0abc', 'latin1'), 'image/jpeg'],
  }
  for (const [name, [bytes, type]] of Object.entries(types)) {
    const response = await show(page, {
      config: ownFiles({ logo: join(t.testdir({ logo: bytes }), 'logo') }),
    })
    t.match(
      response.body,
      `<header class="brand">\n<img src="data:${type};base64,${Buffer.from(bytes).toString('base64')}" alt="">\n</header>`,
      name,
    )
    t.equal(readPolicy(response)['img-src'], 'data:')
  }
  t.notOk(readPolicy(await show(page))['img-src'], 'no image is allowed where there is none')
})

t.test('a logo that is none stops the start', async (t) => {
  const folder = t.testdir({
    text: 'logo',
    html: `<html>${svg}`,
    gif: 'GIF89a',
    empty: '',
    large: `${svg}${' '.repeat(256 * 1024)}`,
    folder: {},
  })
  const cases: Record<string, string> = {
    text: 'is not an SVG, PNG or JPEG image',
    html: 'is not an SVG, PNG or JPEG image',
    gif: 'is not an SVG, PNG or JPEG image',
    empty: 'is not an SVG, PNG or JPEG image',
    large: 'is larger than 256 KiB',
    missing: 'does not exist',
    folder: 'is a folder',
  }
  for (const [name, message] of Object.entries(cases)) {
    const file = join(folder, name)
    t.throws(
      () => createPages(ownFiles({ logo: file })),
      { name: 'ConfigError', problems: [{ file, key: 'pages.logo', message }] },
      name,
    )
  }
})

t.test('the colours are in the style, which the policy allows', async (t) => {
  const response = await show(page, { config: { accent: '#7a0019', accentDark: '#ffb3c1' } })
  t.match(response.body, /--accent: #7a0019;[\s\S]*--accent: #ffb3c1;/)
  const style = response.body.split(/<\/?style>/)[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(readPolicy(response)['style-src'], `'sha256-${hash}'`)
})

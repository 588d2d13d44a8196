import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import type { ConfigError } from '../../src/config/config-error.ts'
import { startAgainPage } from '../../src/pages/outcome-page.ts'
import { createPages } from '../../src/pages/pages.ts'
import { findTemplatesFolder } from '../../src/pages/templates.ts'
import { ownFiles } from './own-files.ts'
import { htmlOf, readPolicy, show } from './show.ts'

const page = startAgainPage({ supportId: 'id-1' })

t.test("a template of the operator's stands in for the one of its name", async (t) => {
  const templates = t.testdir({
    'message.eta':
      '<% layout("layout") %><section><%= it.paragraphs.length %>: <%= it.say("tryAgain") %></section>',
    'README.md': 'ours',
  })
  const html = await htmlOf(page, ownFiles({ templates }))
  t.match(html, '<section>1: Try again</section>')
  t.match(html, '<h1>You are verified</h1>', 'in the usual layout')
})

t.test('a layout of their own', async (t) => {
  const templates = t.testdir({ 'layout.eta': '<html lang="<%= it.lang %>"><%~ it.body %></html>' })
  t.match(
    await htmlOf(page, ownFiles({ templates })),
    /^<html lang="en"><p>Please go back[^<]+<\/p>\n<\/html>$/,
  )
})

t.test('a style.css is appended, and the policy allows it', async (t) => {
  const templates = t.testdir({ 'style.css': 'main { border: 0 }' })
  const response = await show(page, { config: ownFiles({ templates }) })
  t.match(response.body, 'main { border: 0 }</style>')
  const style = response.body.split(/<\/?style>/)[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(readPolicy(response)['style-src'], `'sha256-${hash}'`)
})

const broken: Record<string, [file: string, content: string, message: RegExp]> = {
  'a tag without an end': ['message.eta', '<p><%= it.title', /does not work: .*unclosed tag at line 1/],
  'what is no JavaScript': ['layout.eta', '<% if ( { %>', /does not work: .*Bad template syntax Unexpected/],
  'what is not there': ['passkeys.eta', '<%= it.nothing.there %>', /does not work: TypeError: .*undefined/],
  'what only some pages have': ['layout.eta', '<%= it.form.action %>', /does not work: TypeError/],
  'a partial that is not there': ['form-post.eta', '<%~ include("other") %>', /does not work: .*other/],
  'a text that no catalog has': [
    'message.eta',
    '<%= it.say("nothing") %>',
    /RangeError: there is no text "nothing"$/,
  ],
  'a thrown string': ['message.eta', '<% throw "no" %>', /does not work: no$/],
  'a misspelt name': ['mesage.eta', '', /^stands in for nothing$/],
  'a style of another name': ['theme.css', '', /^stands in for nothing$/],
  'a style with HTML': ['style.css', 'p { color: red }</style><script>', /^holds HTML$/],
  'a large one': ['message.eta', ' '.repeat(256 * 1024 + 1), /^is larger than 256 KiB$/],
}

for (const [name, [file, content, message]] of Object.entries(broken)) {
  t.test(`${name} stops the start, with the name of the file`, async (t) => {
    const templates = t.testdir({ [file]: content })
    const error = t.throws(() => createPages(ownFiles({ templates }))) as ConfigError
    t.match(error, {
      name: 'ConfigError',
      problems: [{ file: join(templates, file), key: 'pages.templates', message }],
    })
    t.ok(error.message.length < 400 + templates.length, 'the compiled template is not in it')
  })
}

t.test('where two of them may be at fault both are named', async (t) => {
  const templates = t.testdir({
    'message.eta': '<% layout("layout") %>',
    'layout.eta': '<%= it.nothing.there %>',
  })
  t.throws(() => createPages(ownFiles({ templates })), {
    name: 'ConfigError',
    problems: [{ file: `${join(templates, 'message.eta')} or ${join(templates, 'layout.eta')}` }],
  })
})

t.test('a folder that is not there', async (t) => {
  const templates = join(t.testdir({}), 'missing')
  t.throws(() => createPages(ownFiles({ templates })), {
    name: 'ConfigError',
    problems: [{ file: templates, key: 'pages.templates', message: 'does not exist' }],
  })
})

t.test('the folder of the package', async (t) => {
  t.match(findTemplatesFolder(), /config.templates$/)
  t.throws(() => findTemplatesFolder('/'), /lacks its folder config\/templates/)
})

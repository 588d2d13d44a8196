import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { ConfigError } from '../src/config/config-error.ts'
import { loadConfig } from '../src/config/load.ts'
import { wireDifferences } from './lab/equality/wire.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(readme) ?? []
const secrets = { PROBE_CLIENT_SECRET: 'probe-secret', AUTHSIGNAL_API_SECRET_KEY: 'tenant-secret' }

t.test('the example is a configuration', async (t) => {
  const folder = t.testdir({ 'gateway.yaml': example })
  const config = loadConfig(join(folder, 'gateway.yaml'), secrets)
  t.equal(config.clients.get('web')?.mode, 'enforce')
})

t.test('a mistake is told as shown', async (t) => {
  const [, line = '', key = '', told = ''] =
    /^ {4}gateway\.yaml:(\d+):5 clients\.web\.(\w+): (.*)$/m.exec(readme) ?? []
  const lines = example.split('\n')
  lines.splice(Number(line) - 1, 0, `    ${key}: enforce`)
  const folder = t.testdir({ 'gateway.yaml': lines.join('\n') })
  try {
    loadConfig(join(folder, 'gateway.yaml'), secrets)
    t.fail('the mistake passed')
  } catch (error) {
    t.type(error, ConfigError)
    t.match((error as ConfigError).message, `gateway.yaml:${line}:5 clients.web.${key}: ${told}`)
  }
})

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsIn = (page: string): string[] =>
  Array.from(readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading))

t.test('what README, CHANGELOG, SECURITY and the pages of docs name exists', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...docs.map((file) => join('docs', file))]
  for (const page of pages.filter((file) => file.endsWith('.md'))) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^:)]+)\)/g)) {
      const [file, anchor] = link.split('#')
      const target = file ? join(root, dirname(page), file) : join(root, page)
      t.ok(existsSync(target), `${page}: ${link}`)
      if (anchor !== undefined) t.ok(anchorsIn(target).includes(anchor), `${page}: ${link}`)
    }
    for (const [, name = ''] of text.matchAll(/npm run ([\w:-]+)/g)) t.type(scripts[name], 'string', name)
  }
})

t.test('README leads to every page of docs', async (t) => {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const pages = docs.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)
  t.same(
    pages.filter((page) => !readme.includes(`](${page})`)),
    [],
  )
})

t.test('the table of what differs on the wire has the rows that are compared', async (t) => {
  const limits = readFileSync(join(root, 'docs', 'limits.md'), 'utf8')
  const [, table = ''] = /^\| in an answer \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(limits) ?? []
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) => row.split('|')[1]?.trim())
  t.same(rows, wireDifferences)
})

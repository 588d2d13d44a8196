import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'

const scripts = join(import.meta.dirname, '..', '..', 'deploy', 'release')

const changelog = `# Changelog

## [Unreleased]

- Something new.

## [0.1.0] - 2026-01-31

- The first one.
`
const chart = `apiVersion: v2
name: step-up-gateway
version: 0.1.0
appVersion: "0.1.0" # that of package.json
kubeVersion: ">=1.30.0"
`

interface Repository {
  readonly folder: string
  readonly run: (program: string, ...args: string[]) => { code: number | null; out: string; err: string }
  readonly read: (file: string) => string
  readonly write: (file: string, text: string) => void
}

/** A project of version 0.1.0 in a git repository of its own, with the release's scripts, everything committed. */
function repository(t: Test, unreleased = changelog): Repository {
  const version = { name: 'step-up-gateway', version: '0.1.0' }
  const folder = t.testdir({
    'package.json': JSON.stringify({ ...version, scripts: { version: 'bash deploy/release/prepare.sh' } }),
    'package-lock.json': JSON.stringify({ ...version, lockfileVersion: 3, packages: { '': version } }),
    'CHANGELOG.md': unreleased,
    deploy: { helm: { 'step-up-gateway': { 'Chart.yaml': chart } } },
  })
  cpSync(scripts, join(folder, 'deploy', 'release'), { recursive: true })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'm',
    GIT_AUTHOR_EMAIL: 'm@example.com',
    GIT_COMMITTER_NAME: 'm',
    GIT_COMMITTER_EMAIL: 'm@example.com',
    npm_config_cache: join(folder, '.git', 'npm'),
    npm_config_update_notifier: 'false',
  }
  const run: Repository['run'] = (program, ...args) => {
    const ended = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' })
    return { code: ended.status, out: ended.stdout, err: ended.stderr }
  }
  run('git', 'init', '--quiet', '--initial-branch=main')
  run('git', 'add', '.')
  run('git', 'commit', '--quiet', '--message=Begin')
  return {
    folder,
    run,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    write: (file, text) => writeFileSync(join(folder, file), text),
  }
}

const check = ({ run }: Repository, tag: string) => run('bash', 'deploy/release/check.sh', tag)

t.test('npm version makes what check accepts, and only that is committed', async (t) => {
  const project = repository(t)
  t.match(project.run('npm', 'version', 'minor', '--message=Release %s'), { code: 0, out: /^v0\.2\.0$/m })
  t.same(check(project, 'v0.2.0'), { code: 0, out: '0.2.0\n', err: '' })

  t.equal(
    project.read('deploy/helm/step-up-gateway/Chart.yaml'),
    chart.replace('0.1.0', '0.2.0').replace('"0.1.0"', '0.2.0'),
  )
  t.match(
    project.read('CHANGELOG.md'),
    /^## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n- Something/m,
  )
  t.equal(project.run('bash', 'deploy/release/notes.sh', '0.2.0').out.trim(), '- Something new.')
  t.same(project.run('git', 'show', '--name-only', '--format=%s').out.trim().split('\n'), [
    'Release 0.2.0',
    '',
    'CHANGELOG.md',
    'deploy/helm/step-up-gateway/Chart.yaml',
    'package-lock.json',
    'package.json',
  ])
})

t.test('the first release has the version that is there already', async (t) => {
  const project = repository(t, '# Changelog\n\n## [Unreleased]\n\n- All of it.\n')
  t.match(project.run('npm', 'version', '0.1.0', '--allow-same-version'), { code: 0 })
  t.same(check(project, 'v0.1.0'), { code: 0, out: '0.1.0\n', err: '' })
})

t.test('npm version makes nothing of an empty changelog', async (t) => {
  const project = repository(
    t,
    '# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-31\n\n- The first one.\n',
  )
  const { code, err } = project.run('npm', 'version', 'minor')
  t.not(code, 0)
  t.match(err, /CHANGELOG\.md says nothing below \[Unreleased\]: write what changes for its users/)
  t.equal(project.run('git', 'tag').out, '')
})

for (const tag of ['', '0.1.0', 'v0.1', 'v0.1.0-rc.1', 'v01.2.3', 'v0.1.0;id', 'v0.1.0\nv0.1.0']) {
  t.test(`no tag of a release: ${JSON.stringify(tag)}`, async (t) => {
    const { code, out, err } = check(repository(t), tag)
    t.same({ code, out }, { code: 1, out: '' })
    t.match(err, /^release: the tag is not vX\.Y\.Z: delete it, and let `npm version` make one\n$/)
  })
}

/** A change to a project whose tag v0.1.0 is otherwise good, and what is said of it. */
const objections: { name: string; change: (project: Repository) => void; says: RegExp[] }[] = [
  {
    name: 'another version in package.json',
    change: ({ read, write }) =>
      write('package.json', read('package.json').replace('"version":"0.1.0"', '"version":"0.1.1"')),
    says: [
      /^release: version in package\.json says 0\.1\.1, the tag 0\.1\.0: `npm version 0\.1\.0` writes all/,
    ],
  },
  {
    name: 'another version in package-lock.json',
    change: ({ read, write }) =>
      write(
        'package-lock.json',
        read('package-lock.json').replaceAll('"version":"0.1.0"', '"version":"0.0.9"'),
      ),
    says: [
      /^release: version in package-lock\.json says 0\.0\.9/m,
      /^release: the root package in package-lock\.json says 0\.0\.9/m,
    ],
  },
  {
    name: 'another version in the chart',
    change: ({ write }) => write('deploy/helm/step-up-gateway/Chart.yaml', 'version: 0.1.1\n'),
    says: [
      /^release: version in Chart\.yaml says 0\.1\.1, the tag 0\.1\.0/m,
      /^release: appVersion in Chart\.yaml says nothing, the tag 0\.1\.0/m,
    ],
  },
  {
    name: 'no section of the changelog',
    change: ({ write }) => write('CHANGELOG.md', changelog.replace('[0.1.0]', '[0.1.0-beta]')),
    says: [
      /^release: CHANGELOG\.md has no heading `## \[0\.1\.0\] - YYYY-MM-DD`: `npm version 0\.1\.0` makes it/m,
      /^release: CHANGELOG\.md says nothing below \[0\.1\.0\]: write what changes for its users$/m,
    ],
  },
  {
    name: 'an empty section of the changelog',
    change: ({ write }) => write('CHANGELOG.md', changelog.replace('- The first one.', '')),
    says: [/^release: CHANGELOG\.md says nothing below \[0\.1\.0\]: write what changes for its users$/],
  },
]
for (const { name, change, says } of objections) {
  t.test(`not released: ${name}`, async (t) => {
    const project = repository(t)
    change(project)
    project.run('git', 'commit', '--quiet', '--all', '--message=Change')
    project.run('git', 'tag', 'v0.1.0')
    const { code, out, err } = check(project, 'v0.1.0')
    t.same({ code, out }, { code: 1, out: '' })
    for (const said of says) t.match(err.trimEnd(), said)
    t.equal(err.trimEnd().split('\n').length, says.length)
  })
}

t.test('not released: what is not committed', async (t) => {
  const project = repository(t)
  project.run('git', 'tag', 'v0.1.0')
  project.write('left-over', '')
  appendFileSync(join(project.folder, 'CHANGELOG.md'), '\n')
  t.match(check(project, 'v0.1.0'), {
    code: 1,
    out: '',
    err: /^release: not everything is committed; commit or remove: {2}M CHANGELOG\.md, \?\? left-over\n$/,
  })
})

t.test('not released: a tag at another commit, or none', async (t) => {
  const project = repository(t)
  t.match(check(project, 'v0.1.0'), {
    code: 1,
    out: '',
    err: /^release: the tag v0\.1\.0 is not at this commit: /,
  })
  project.run('git', 'tag', 'v0.1.0')
  project.write('later', '')
  project.run('git', 'add', 'later')
  project.run('git', 'commit', '--quiet', '--message=Later')
  t.match(check(project, 'v0.1.0'), {
    code: 1,
    out: '',
    err: /^release: the tag v0\.1\.0 is not at this commit: /,
  })
})

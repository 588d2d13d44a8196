import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'

const folder = join(import.meta.dirname, '..', '..', '.github', 'workflows')

interface Job {
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes'?: number
  readonly uses?: string
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: object }[]
}

const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { file, text, ...(parse(text) as { permissions: object; jobs: Record<string, Job> }) }
})

/** The rights to write that jobs may have; no other job has any. */
const mayWrite: Record<string, readonly string[]> = {
  'release.yaml image': ['packages', 'id-token'],
  'release.yaml chart': ['packages', 'id-token'],
  'release.yaml npm': ['id-token'],
  'release.yaml release': ['contents'],
}

const asRights = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'write']))

for (const { file, text, permissions, jobs } of workflows) {
  t.test(`${file} pins every action to a commit, and says its version`, async (t) => {
    const used = text.match(/uses: .*/g) ?? []
    for (const line of used.filter((one) => one !== 'uses: ./.github/workflows/ci.yaml')) {
      t.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  })

  t.test(`${file} gives each job the rights that it needs`, async (t) => {
    t.same(permissions, {})
    for (const [name, job] of Object.entries(jobs)) {
      const written = Object.entries(job.permissions ?? {}).filter(([, right]) => right !== 'read')
      t.same(Object.fromEntries(written), asRights(mayWrite[`${file} ${name}`] ?? []), name)
      if (job.uses === undefined) t.type(job['timeout-minutes'], 'number', name)
    }
  })

  t.test(`${file} puts no expression into a script, and leaves no token in the work tree`, async (t) => {
    for (const { run = '', uses = '', with: inputs } of Object.values(jobs).flatMap(
      (job) => job.steps ?? [],
    )) {
      t.notMatch(run, /\$\{\{/)
      if (uses.startsWith('actions/checkout@')) t.match(inputs, { 'persist-credentials': false })
    }
  })
}

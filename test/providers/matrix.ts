import t, { type Test } from 'tap'
import { modAuthOpenidcKit } from '../lab/applications/mod-auth-openidc/kit.ts'
import { authJsKit, expressOpenidConnectKit } from '../lab/applications/npm/kits.ts'
import { openidClientKit } from '../lab/applications/openid-client/kit.ts'
import { type ApplicationColumn, nameColumn, type PlannedColumn } from '../lab/providers/columns.ts'
import type { ProviderKit } from '../lab/providers/kit.ts'
import { type ProviderWorld, startProviderWorld } from '../lab/providers/world.ts'
import { promptScenarios } from './prompt-scenarios.ts'
import { report } from './report.ts'
import type { Scenario } from './scenario.ts'
import { sessionScenarios } from './session-scenarios.ts'
import { signInScenarios } from './sign-in-scenarios.ts'
import { tokenScenarios } from './token-scenarios.ts'

const allColumns: readonly PlannedColumn[] = [
  { kit: openidClientKit },
  { kit: modAuthOpenidcKit, responseMode: 'query' },
  { kit: modAuthOpenidcKit, responseMode: 'form_post' },
  { kit: expressOpenidConnectKit },
  { kit: authJsKit },
]

const scenarios: readonly Scenario[] = [
  ...signInScenarios,
  ...promptScenarios,
  ...sessionScenarios,
  ...tokenScenarios,
]

/** Where nothing may be skipped (CI), a part that is not installed is a failure. */
const requiresAll = process.env['STEP_UP_REQUIRE_ALL'] === '1'

/** Plays every scenario with every kind of application in front of one OP, which is started once. */
export function runMatrix(kit: ProviderKit): void {
  const columns = allColumns.filter(
    ({ responseMode }) => responseMode !== 'form_post' || kit.lacksFormPost !== true,
  )
  void t.test(`in front of ${kit.name}`, async (t) => {
    const missing = await kit.findMissing()
    if (missing !== undefined) {
      for (const column of columns) skipColumn(t, kit, column, missing)
      return
    }
    const startedAt = Date.now()
    const there = await findInstalled(t, kit, columns)
    const world = await startProviderWorld(kit, there).catch((error: unknown) => {
      for (const column of there) reportColumn(kit, column, 'failed', `did not start: ${error}`)
      throw error
    })
    t.teardown(async () => {
      await world.close()
      report({ provider: kit.name, seconds: Math.round((Date.now() - startedAt) / 1000) })
    })
    for (const column of world.columns) {
      for (const scenario of scenarios) {
        if (scenario.appliesTo?.(kit, column.applications.plain) ?? true)
          await playCell(t, kit, world, column, scenario)
      }
    }
  })
}

async function findInstalled(
  t: Test,
  provider: ProviderKit,
  columns: readonly PlannedColumn[],
): Promise<PlannedColumn[]> {
  const there: PlannedColumn[] = []
  for (const column of columns) {
    const missing = await column.kit.findMissing()
    if (missing === undefined) there.push(column)
    else skipColumn(t, provider, column, missing)
  }
  return there
}

function skipColumn(t: Test, provider: ProviderKit, column: PlannedColumn, reason: string): void {
  const cells = `${provider.name} with ${nameColumn(column)}`
  if (requiresAll) t.fail(`${cells} can't run: ${reason}`)
  else t.pass(`${cells} is skipped`, { skip: reason })
  reportColumn(provider, column, requiresAll ? 'failed' : 'skipped', reason)
}

function reportColumn(
  provider: ProviderKit,
  column: PlannedColumn,
  result: 'failed' | 'skipped',
  reason: string,
): void {
  const application = nameColumn(column)
  for (const { name: scenario } of scenarios) {
    report({ provider: provider.name, application, scenario, result, reason })
  }
}

async function playCell(
  t: Test,
  provider: ProviderKit,
  world: ProviderWorld,
  { name: application, applications }: ApplicationColumn,
  { name: scenario, play }: Scenario,
): Promise<void> {
  const result = await t.test(`${application}: ${scenario}`, (t) => play(t, { world, applications }))
  report({
    provider: provider.name,
    application,
    scenario,
    result: result?.ok === true ? 'held' : 'failed',
  })
}

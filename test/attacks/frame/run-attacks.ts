import t, { type Test } from 'tap'
import type { World } from '../../lab/world.ts'
import { reportCase } from './report.ts'

/** What every attack has at hand. */
export interface Stage {
  readonly world: World
  /** Strings that no log line may hold: codes, tokens, cookies. Attacks add what they get to see. */
  readonly secrets: Set<string>
}

/**
 * Defines one case of the list of threats.
 *
 * @param id its id; several entries may share one.
 * @param variants spellings, channels or parties, by name; a list of strings names itself.
 * @param holds asserts that the gateway holds against one variant.
 * @param missing what the gateway lacks so far; the case is then only listed.
 */
export interface DefineAttack<S extends Stage> {
  (
    id: string,
    title: string,
    variants: readonly string[],
    holds: (t: Test, stage: S, variant: string) => Promise<void>,
    missing?: string,
  ): void
  <V>(
    id: string,
    title: string,
    variants: Readonly<Record<string, V>>,
    holds: (t: Test, stage: S, variant: V) => Promise<void>,
    missing?: string,
  ): void
}

interface Attack<S> {
  readonly id: string
  readonly title: string
  readonly variants: readonly (readonly [name: string, holds: (t: Test, stage: S) => Promise<void>])[]
  readonly missing: string | undefined
}

/**
 * Runs cases one after the other against one stage, and reports them to the table of `npm run test:attacks`.
 *
 * @param open starts the stage; it ends with the test.
 */
export function runAttacks<S extends Stage>(
  name: string,
  open: (t: Test) => Promise<S>,
  define: (attack: DefineAttack<S>) => void,
): void {
  const attacks: Attack<S>[] = []
  define(<V>(
    id: string,
    title: string,
    variants: readonly string[] | Readonly<Record<string, V>>,
    holds: (t: Test, stage: S, variant: V) => Promise<void>,
    missing?: string,
  ) => {
    const entries = Array.isArray(variants)
      ? variants.map((text) => [JSON.stringify(text).slice(0, 120), text] as const)
      : Object.entries(variants)
    const bound = entries.map(
      ([variant, value]) => [variant, (t: Test, stage: S) => holds(t, stage, value as V)] as const,
    )
    attacks.push({ id, title, variants: bound, missing })
  })
  void t.test(name, async (t) => {
    const stage = await open(t)
    for (const attack of attacks) await runCase(t, stage, attack)
  })
}

async function runCase<S extends Stage>(t: Test, stage: S, { id, title, variants, missing }: Attack<S>) {
  const fell: string[] = []
  await t.test(`${id} ${title}`, missing === undefined ? {} : { todo: missing }, async (t) => {
    for (const [name, holds] of variants) {
      const lines = stage.world.log.length
      const result = await t.test(name, async (t) => {
        await holds(t, stage)
        expectCleanLog(t, stage, stage.world.log.slice(lines).join(''))
      })
      if (result?.ok !== true) fell.push(name)
    }
  })
  reportCase({ id, variants: variants.length, fell, ...(missing !== undefined && { missing }) })
}

/** After every attack: nothing unforeseen happened inside, and no secret was written down. */
function expectCleanLog(t: Test, { secrets }: Stage, log: string): void {
  t.notMatch(log, /"(?:code|verdict":"refuse","reason)":"internal"/, 'no unforeseen error')
  t.notOk(
    [...secrets].find((secret) => log.includes(secret)),
    'no secret in the log',
  )
}

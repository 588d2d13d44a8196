import t from 'tap'
import { startDirectWorld } from '../lab/direct-world.ts'
import { playScenario, SCENARIOS } from '../lab/scenarios.ts'

const world = await startDirectWorld()
t.teardown(() => world.close())

for (const scenario of SCENARIOS) {
  t.test(scenario.name, () => playScenario(scenario, world))
}

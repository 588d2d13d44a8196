import type { Finding } from './finding.ts'
import type { Setting } from './setting.ts'

/** By the answers that were got so far. */
export async function examineClocks({ clocks }: Pick<Setting, 'clocks'>): Promise<Finding[]> {
  return [clocks.describe('provider'), clocks.describe('authsignal')]
}

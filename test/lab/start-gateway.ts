import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema/schema.ts'
import { buildGateway, type Gateway, type Ports } from '../../src/gateway.ts'
import { createLog } from '../../src/telemetry/log.ts'

export type Yaml = Record<string, unknown>

/** A gateway that listens, with what it wrote. */
export interface LabGateway {
  readonly gateway: Gateway
  readonly config: Config
  /** What its configuration file holds. */
  readonly yaml: Yaml
  /** Its log lines, as they were written. */
  readonly log: readonly string[]
  /** Audit lines of one kind (`decision`, `released`, `step_up`, `security`, `unknown_user`). */
  audit(kind: string): Record<string, unknown>[]
}

/**
 * Starts a gateway from what its configuration file would hold.
 *
 * @param log gets its lines; several gateways may share one.
 */
export async function startLabGateway(
  yaml: Yaml,
  ports: Pick<Ports, 'now' | 'store' | 'wait' | 'tracing'> = {},
  log: string[] = [],
): Promise<LabGateway> {
  const config = await loadYaml(yaml)
  const gateway = await buildGateway(config, {
    log: createLog({ level: 'trace', destination: { write: (line) => log.push(line) } }),
    ...ports,
  })
  try {
    try {
      await gateway.listen()
    } catch (error) {
      await gateway.close()
      throw error
    }
  } catch (error) {
    await gateway.close()
    throw error
  }
  return {
    gateway,
    config,
    yaml,
    log,
    audit: (kind) => log.map((line) => JSON.parse(line)).filter(({ audit }) => audit === kind),
  }
}

/** Loads a configuration the way an operator's is loaded: from a file. */
async function loadYaml(config: Yaml): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-'))
  try {
    const file = join(folder, 'gateway.yaml')
    await writeFile(file, stringify(config))
    return loadConfig(file, {})
  } finally {
    await rm(folder, { recursive: true })
  }
}

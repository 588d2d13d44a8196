import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/schema/schema.ts'
import { secretOf } from '../op-world.ts'
import { USUAL_BASE } from './ports.ts'

/** The demo's configuration file, whether this runs as it is or compiled below dist. */
export function findDemoConfig(from: string = import.meta.dirname): string {
  const file = join(from, 'test', 'lab', 'demo', 'gateway.yaml')
  if (existsSync(file)) return file
  if (dirname(from) === from) throw new Error('test/lab/demo/gateway.yaml is missing')
  return findDemoConfig(dirname(from))
}

/**
 * Loads it as `start` would; with another base, a copy in which the ports are others.
 * @param passkeyKey the private key in PEM with which the gateway signs what it tells the OP about passkeys
 */
export async function loadDemoConfig(base: number, passkeyKey: string): Promise<Config> {
  const file = findDemoConfig()
  const environment = {
    PROBE_CLIENT_SECRET: secretOf('step-up-gateway'),
    AUTHSIGNAL_API_SECRET_KEY: secretOf('authsignal'),
    PASSKEY_SIGNING_KEY: passkeyKey,
  }
  if (base === USUAL_BASE) return loadConfig(file, environment)
  const folder = await mkdtemp(join(tmpdir(), 'step-up-demo-'))
  try {
    const moved = join(folder, 'gateway.yaml')
    const text = await readFile(file, 'utf8')
    await writeFile(
      moved,
      text.replaceAll(/\b44\d\d\b/g, (port) => String(Number(port) - USUAL_BASE + base)),
    )
    return loadConfig(moved, environment)
  } finally {
    await rm(folder, { recursive: true })
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { stringify } from 'yaml'
import type { Yaml } from '../lab/start-gateway.ts'
import type { World } from '../lab/world.ts'

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

type Line = Record<string, unknown>

/** A gateway in a process of its own, whose configuration is mounted as Kubernetes does it. */
export interface GatewayProcess {
  /** What a line of the log has to hold, of those that were not waited for yet. */
  until(msg: string): Promise<Line>
  /** All lines so far. */
  readonly lines: readonly Line[]
  hangUp(): void
  /** Writes over the file. */
  write(yaml: Yaml | string): void
  /** Puts another folder in the place of the mounted one, by one link. */
  swap(yaml: Yaml | string): void
}

/** Puts a process in the place of a world's gateway. */
export async function startGatewayProcess(t: Test, world: World, yaml: Yaml): Promise<GatewayProcess> {
  await world.gateway.close()
  const folder = t.testdir({})
  const at = (name: string): string => join(folder, name)
  let mounted = 0
  const mount = (config: Yaml | string): void => {
    mounted += 1
    mkdirSync(at(`..${mounted}`))
    writeFileSync(at(`..${mounted}/gateway.yaml`), toText(config))
    symlinkSync(`..${mounted}`, at('..data_tmp'))
    renameSync(at('..data_tmp'), at('..data'))
    rmSync(at(`..${mounted - 1}`), { recursive: true, force: true })
  }
  mount(yaml)
  symlinkSync('..data/gateway.yaml', at('gateway.yaml'))

  const program = [main, 'start', '--config', at('gateway.yaml')]
  const child = spawn(process.execPath, [...process.execArgv, ...program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  const lines: Line[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((line) => JSON.parse(line)))
    child.emit('lines')
  })
  child.on('exit', () => child.emit('lines'))

  let waitedFor = 0
  const running: GatewayProcess = {
    lines,
    async until(msg) {
      for (;;) {
        const index = lines.findIndex((line, at) => at >= waitedFor && line['msg'] === msg)
        if (index !== -1) {
          waitedFor = index + 1
          return lines[index] ?? {}
        }
        if (child.exitCode !== null) throw new Error(`the gateway ended: ${JSON.stringify(lines)}`)
        await once(child, 'lines')
      }
    },
    hangUp: () => void child.kill('SIGHUP'),
    write: (config) => writeFileSync(at('gateway.yaml'), toText(config)),
    swap: mount,
  }
  await running.until('the provider metadata is known')
  return running
}

const toText = (config: Yaml | string): string => (typeof config === 'string' ? config : stringify(config))

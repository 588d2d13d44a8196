import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { stringify } from 'yaml'
import { freePorts } from './ports.ts'

const find = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))

const programs = { server: find('prometheus'), tool: find('promtool') }

/** Why nothing can be asked here; false if it can. */
export const skip: string | false =
  programs.server !== undefined && programs.tool !== undefined
    ? false
    : 'no prometheus and promtool: npm run test:setup installs them'

if (skip && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(skip)

/** One series, or its value at one time. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

export interface Prometheus {
  /** @throws Error if it can't be read. */
  query(expression: string): Promise<readonly Sample[]>
  /** Asks until the answer is as expected: until it was scraped. */
  until(expression: string, isExpected: (found: readonly Sample[]) => boolean): Promise<readonly Sample[]>
  /** `health` and `lastError` of each rule. */
  rules(): Promise<readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]>
  close(): Promise<void>
}

/** Starts a server that scrapes every second. @param targets host and port of each. */
export async function startPrometheus(targets: readonly string[], ruleFile: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-prometheus-'))
  const [port = 0] = await freePorts(1)
  const file = join(folder, 'prometheus.yml')
  const settings = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [ruleFile],
    scrape_configs: [{ job_name: 'step-up-gateway', static_configs: [{ targets }] }],
  }
  await writeFile(file, stringify(settings))
  const server = spawn(
    String(programs.server),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const api = `http://127.0.0.1:${port}/api/v1`
  await untilReady(server)

  async function ask<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${api}/${path}?${new URLSearchParams(parameters)}`)
    const body = (await answer.json()) as { status: string; error?: string; data: T }
    if (body.status !== 'success') throw new Error(`${parameters['query']}: ${body.error}`)
    return body.data
  }

  async function query(expression: string): Promise<readonly Sample[]> {
    const { result } = await ask<{ result: readonly Sample[] }>('query', { query: expression })
    return result
  }

  return {
    query,
    async until(expression, isExpected) {
      for (;;) {
        const found = await query(expression)
        if (isExpected(found)) return found
        await sleep(100)
      }
    },
    async rules() {
      const { groups } = await ask<{ groups: { rules: Awaited<ReturnType<Prometheus['rules']>> }[] }>('rules')
      return groups.flatMap(({ rules }) => rules)
    },
    async close() {
      server.kill()
      await once(server, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @throws Error with what it said, if it ends instead. */
async function untilReady({ stderr }: ChildProcess): Promise<void> {
  const said: string[] = []
  if (!stderr) throw new Error('a server that says nothing')
  for await (const line of createInterface({ input: stderr })) {
    said.push(line)
    if (!line.includes('Server is ready to receive web requests')) continue
    stderr.resume()
    return
  }
  throw new Error(`prometheus does not start:\n${said.join('\n')}`)
}

/** Runs promtool; what it says, and its exit code. @param input for its standard input. */
export async function promtool(
  words: readonly string[],
  input = '',
): Promise<{ code: number; said: string }> {
  const tool = spawn(String(programs.tool), [...words], { stdio: ['pipe', 'pipe', 'pipe'] })
  tool.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(tool.stdout), text(tool.stderr), once(tool, 'exit')])
  return { code, said: out + err }
}

import { freePorts } from '../../lab/ports.ts'
import type { Yaml } from '../../lab/start-gateway.ts'
import { describeGateway } from '../gateway-yaml.ts'
import { ask, cpuSeconds, type Processes, untilReady } from '../processes.ts'
import type { Measured, Round } from './load.ts'
import { installed } from './programs.ts'
import type { Work } from './work.ts'

/** Something in front of the OP. */
export interface ProxyProcess {
  readonly name: string
  readonly pid: number | undefined
  readonly port: number
}

export interface Sample extends Measured {
  /** Of the proxy, in microseconds a request. */
  readonly cpu: number
}

/** An OP that costs next to nothing, and who sends requests to what stands in front of it. */
export interface Bed {
  startGateway(name: string, more?: { clients?: Yaml; env?: Record<string, string> }): Promise<ProxyProcess>
  /** @param kind one of proxies.ts. */
  startBare(kind: string): Promise<ProxyProcess>
  /** nginx and its like, as far as they are installed. */
  startPrograms(): Promise<ProxyProcess[]>
  /** @param milliseconds how long. @param rate of requests a second; as many as there are answers without. */
  send(proxy: ProxyProcess, work: Work, milliseconds: number, rate?: number): Promise<Sample>
}

const connections = 32

export async function makeBed(processes: Processes): Promise<Bed> {
  const { folder } = processes
  // Gateways may share it: requests say in `Host` where they believe to be.
  const [publicPort = 0] = await freePorts(1)
  const publicUrl = `http://localhost:${publicPort}`
  const op = processes.fork('speed/op.js')
  const { port: opPort } = await ask<{ port: number }>(op, { publicUrl })
  const load = processes.fork('speed/load.js')
  const startOne = async (name: string, program: string, port: number, args: readonly string[]) => {
    const child = processes.run(program, args)
    await untilReady(child, `http://127.0.0.1:${port}/.well-known/openid-configuration`, folder)
    return { name, pid: child.pid, port }
  }
  return {
    async startGateway(name, { clients, env } = {}) {
      const [port = 0, adminPort = 0] = await freePorts(2)
      const yaml = describeGateway({ publicUrl, port, adminPort, opPort }, { clients })
      const { pid } = await processes.startGateway(name, yaml, adminPort, env)
      return { name, pid, port }
    },
    async startBare(kind) {
      const [port = 0] = await freePorts(1)
      const program = `${import.meta.dirname}/proxies.js`
      return startOne(kind, process.execPath, port, [program, kind, `${port}`, `${opPort}`])
    },
    async startPrograms() {
      const started: ProxyProcess[] = []
      for (const { name, files, configure } of installed) {
        const [port = 0] = await freePorts(1)
        const words = await configure(folder, port, opPort)
        started.push(await startOne(name, String(files[0]), port, words))
      }
      return started
    },
    async send({ name, pid, port }, work, milliseconds, rate) {
      const before = cpuSeconds(pid)
      const host = `localhost:${publicPort}`
      const round: Round = { port, host, work: work.name, connections, milliseconds, rate }
      const measured = await ask<Measured>(load, round)
      if (measured.status !== work.answer.status.slice(0, 3) || measured.odd > 0)
        throw new Error(
          `${name} answered ${work.name} with ${measured.status}, and ${measured.odd} otherwise`,
        )
      return { ...measured, cpu: ((cpuSeconds(pid) - before) / measured.requests) * 1e6 }
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import { REALM } from './realm.ts'

const startTimeoutMs = 120_000

/** What `bin/kc.sh` would tell Java, but for a small heap and a compiler that is quick rather than thorough. */
const javaOptions = [
  ...['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8'],
  ...['java.util', 'java.util.concurrent', 'java.security', 'java.lang'].flatMap((name) => [
    '--add-opens',
    `java.base/${name}=ALL-UNNAMED`,
  ]),
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Dpicocli.disable.closures=true',
]

/** A Keycloak that was started. */
export interface Server {
  /** @throws Error with the end of its log if it ends or does not answer in time. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/** Ends Java when nobody holds the other end of its input any more, even if that end was killed. */
const guard = 'exec 3<&0; "$@" & java=$!; { cat <&3; kill -9 $java; } > /dev/null 2>&1 & wait $java'

/** Starts Keycloak on a port of 127.0.0.1 in its home folder; it takes `publicUrl` for its own address. */
export function startServer(home: string, publicUrl: string, port: number): Server {
  const command = [
    ...['java', ...javaOptions, `-Dkc.home.dir=${home}`, `-Djboss.server.config.dir=${home}/conf`],
    ...['-cp', `${home}/lib/quarkus-run.jar`, 'io.quarkus.bootstrap.runner.QuarkusEntryPoint'],
    ...['start', '--optimized', '--import-realm', '--cache=local', `--hostname=${publicUrl}`],
    ...['--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${port}`],
    '--proxy-headers=xforwarded',
  ]
  const child = spawn('sh', ['-c', guard, 'sh', ...command], { cwd: home, stdio: ['pipe', 'pipe', 'pipe'] })
  let log = ''
  let listens = false
  const keep = (bytes: Buffer | string) => {
    log = `${log}${bytes}`.slice(-16_384)
    // Only its own word counts: another server may answer at a port that is taken.
    listens ||= log.includes('Listening on: ')
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', ({ message }) => keep(message))

  async function ready(): Promise<void> {
    const deadline = Date.now() + startTimeoutMs
    while (!listens || !(await answers(port))) {
      if (hasEnded(child)) throw new Error(`Keycloak ended:\n${log}`)
      if (Date.now() > deadline) throw new Error(`Keycloak does not answer:\n${log}`)
      await delay(100)
    }
  }
  return { ready, stop: () => stop(child) }
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

async function answers(port: number): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}/realms/${REALM}/.well-known/openid-configuration`
    const { statusCode, body } = await request(url)
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

/** Its data are thrown away, so that nothing is lost by not waiting for an orderly end. */
async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.stdin?.destroy()
  await ended
}

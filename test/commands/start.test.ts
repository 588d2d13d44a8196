import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { freePorts } from '../lab/ports.ts'

const root = join(import.meta.dirname, '..', '..')
const secret = 'tenant-s3cret'
const hidden = "{ authorization: ['tenant', 's3cret'].join('-') }"

// Each case is a process of its own, which takes its time to start.
t.jobs = 4

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} closes the gateway`, async (t) => {
    const gateway = start(t, 'listen: { host: 127.0.0.1, port: 0 }')
    await gateway.readPort()
    gateway.child.kill(signal)
    t.equal(await gateway.code, 0)
    t.notMatch(gateway.output(), secret)
  })
}

t.test('a second signal ends it at once', async (t) => {
  const gateway = start(t, 'listen: { host: 127.0.0.1, port: 0 }')
  const socket = connect(await gateway.readPort(), '127.0.0.1')
  t.teardown(() => socket.destroy())
  await hold(socket)
  gateway.child.kill('SIGTERM')
  await untilRefused(await gateway.readPort())
  t.equal(gateway.child.exitCode, null, 'the open request keeps it alive')
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.code, 1)
})

t.test('SIGHUP reloads, and ends nothing', async (t) => {
  const gateway = start(t, 'listen: { host: 127.0.0.1, port: 0 }')
  await gateway.readPort()
  gateway.child.kill('SIGHUP')
  await gateway.untilWritten(/the OP's metadata: .*could not be reloaded/)
  gateway.child.kill('SIGTERM')
  t.equal(await gateway.code, 0)
})

t.test('SIGHUP ends all other commands', async (t) => {
  const child = spawn(process.execPath, [
    ...process.execArgv,
    ...[join(root, 'src', 'main.ts'), 'rehearse', '--port', '0'],
  ])
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGHUP')
  t.same(await once(child, 'exit'), [null, 'SIGHUP'])
})

t.test('a taken port', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const gateway = start(t, `listen: { host: 127.0.0.1, port: ${port} }`)
  t.equal(await gateway.code, 1)
  t.match(
    gateway.output(),
    new RegExp(`^can't listen: 127.0.0.1 port ${port} is taken by another process .*$`, 'm'),
  )
})

t.test('an error at start', async (t) => {
  const bug = `import http from 'node:http'; http.createServer = () => {
    throw Object.assign(new Error('at start'), { config: { headers: ${hidden} } }) }`
  const gateway = start(t, 'listen: { host: 127.0.0.1, port: 0 }', [
    '--import',
    `data:text/javascript,${bug}`,
  ])
  t.equal(await gateway.code, 1)
  t.match(gateway.output(), /^Error: at start\n +at /m)
  t.notMatch(gateway.output(), secret)
})

const thrown: [thrown: string, told: RegExp][] = [
  [`Object.assign(new Error('uncaught'), { config: { headers: ${hidden} } })`, /Error: uncaught\n +at /],
  [hidden, /^something other than an error was thrown$/m],
]
for (const [value, told] of thrown) {
  t.test(`what nobody caught shows none of its properties: ${value}`, async (t) => {
    const bug = `process.once('SIGUSR2', () => { throw ${value} })`
    const gateway = start(t, 'listen: { host: 127.0.0.1, port: 0 }', [
      '--import',
      `data:text/javascript,${bug}`,
    ])
    await gateway.readPort()
    gateway.child.kill('SIGUSR2')
    t.equal(await gateway.code, 1)
    t.match(gateway.output(), told)
    t.notMatch(gateway.output(), secret)
  })
}

t.test('the level of the log: the environment goes before the configuration', async (t) => {
  const listen = 'listen: { host: 127.0.0.1, port: 0 }'
  const [port = 0] = await freePorts(1)
  const quiet = start(t, `listen: { host: 127.0.0.1, port: ${port} }\nlog: { level: error }`)
  await untilOpen(port)
  quiet.child.kill('SIGTERM')
  t.equal(await quiet.code, 0)
  t.equal(quiet.output(), '')
  const talkative = start(t, `${listen}\nlog: { level: error }`, [], { LOG_LEVEL: 'info' })
  await talkative.readPort()
  talkative.child.kill('SIGTERM')
  t.equal(await talkative.code, 0)
  const unset = start(t, listen, [], { LOG_LEVEL: '' })
  await unset.readPort()
  unset.child.kill('SIGTERM')
  t.equal(await unset.code, 0)
  const unknown = start(t, listen, [], { LOG_LEVEL: 'loud' })
  t.equal(await unknown.code, 2)
  t.match(unknown.output(), /^LOG_LEVEL is none of trace, debug, info, warn, error, fatal$/m)
})

function start(t: Test, line: string, nodeArguments: string[] = [], env: Record<string, string> = {}) {
  const yaml = `${line}
admin: { host: 127.0.0.1, port: 0 }
publicUrl: http://localhost:3000
upstream: { url: http://127.0.0.1:9 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: ${secret} }
`
  const file = join(t.testdir({ 'gateway.yaml': yaml }), 'gateway.yaml')
  const program = [join(root, 'src', 'main.ts'), 'start', '--config', file]
  const child = spawn(process.execPath, [...process.execArgv, ...nodeArguments, ...program], {
    env: { ...process.env, ...env },
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      child.emit('output')
    })
  const code = new Promise<number | null>((resolve) => child.on('close', resolve))
  child.on('exit', () => child.emit('output'))
  return {
    child,
    code,
    output: () => output,
    readPort: () => readPort(child, () => output),
    async untilWritten(text: RegExp): Promise<void> {
      while (!text.test(output)) await once(child, 'output')
    },
  }
}

/** The port of the public listener, which the log tells last. */
async function readPort(child: ChildProcess, output: () => string): Promise<number> {
  for (;;) {
    const port = /"address":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(output())?.[1]
    if (port !== undefined) return Number(port)
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${output()}`)
    await once(child, 'output')
  }
}

/** Sends a request that never ends. */
async function hold(socket: Socket): Promise<void> {
  await once(socket, 'connect')
  await new Promise((resolve) =>
    socket.write('POST /token HTTP/1.1\r\nhost: localhost\r\ncontent-le', resolve),
  )
}

/** Resolves once a port takes connections. */
async function untilOpen(port: number): Promise<void> {
  while (!(await isOpen(port)));
}

/** Resolves once a port takes no connections any more. */
async function untilRefused(port: number): Promise<void> {
  while (await isOpen(port));
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isTaken = await new Promise<boolean>((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  })
  socket.destroy()
  return isTaken
}

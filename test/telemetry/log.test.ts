import t from 'tap'
import { createLog } from '../../src/telemetry/log.ts'
import { createSupportId, runRequest } from '../../src/telemetry/request-context.ts'

function startLog() {
  const lines: Record<string, unknown>[] = []
  const log = createLog({ level: 'trace', destination: { write: (line) => lines.push(JSON.parse(line)) } })
  return { log, lines }
}

t.test('of an error come out name, message, code, stack and causes, and nothing else', async (t) => {
  const { log, lines } = startLog()
  const root = Object.assign(new TypeError('root'), { code: 'E_ROOT', config: { auth: 'a-secret' } })
  const error = Object.assign(new Error('top', { cause: root }), { token: 'a-secret', code: 7 })
  log.error({ err: error }, 'failed')
  t.match(lines[0], {
    msg: 'failed',
    err: { type: 'Error', message: 'top', cause: { type: 'TypeError', message: 'root', code: 'E_ROOT' } },
  })
  t.match(lines[0], { err: { stack: /log\.test/ } })
  t.notMatch(JSON.stringify(lines), 'a-secret')
  t.notHas(lines[0], { err: { code: 7 } })
})

t.test('causes end somewhere', async (t) => {
  const { log, lines } = startLog()
  const error = new Error('loop')
  error.cause = error
  log.error({ err: error })
  t.equal(JSON.stringify(lines).match(/"message":"loop"/g)?.length, 4)
})

t.test('what is no error says only that', async (t) => {
  const { log, lines } = startLog()
  log.error({ err: { secret: 'a-secret' } })
  t.strictSame(lines[0]?.['err'], { type: 'object', message: 'not an Error' })
})

t.test('lines that a request causes carry its support id, later ones too', async (t) => {
  const { log, lines } = startLog()
  const id = createSupportId()
  log.info('before')
  await new Promise<void>((resolve) =>
    runRequest({ supportId: id, now: () => 0 }, () => {
      log.info('at once')
      setImmediate(() => {
        log.info('later')
        resolve()
      })
    }),
  )
  log.info('after')
  t.strictSame(
    lines.map(({ support_id }) => support_id),
    [undefined, id, id, undefined],
  )
})

t.test('messages and fields are cut, in every way in which they can be logged', async (t) => {
  const { log, lines } = startLog()
  const long = 'x'.repeat(1_000_000)
  log.info({ grant_type: long, deep: { list: [long] } }, long)
  log.info('%s', long)
  log.error(new Error(long))
  log.error({ err: new Error(long) })
  log.child({}).info({ named: long })
  t.equal(lines.length, 5)
  for (const line of lines) t.ok(JSON.stringify(line).length < 8000)
  t.match(lines[2], { err: { type: 'Error' } })
})

t.test('lines go to stdout unless told', async (t) => {
  t.equal(createLog().level, 'info')
})

import t from 'tap'
import { findValkey } from '../lab/redis/valkey.ts'

// The tests of a store on a server, all of them once more, on Valkey.
const valkey = findValkey()
const missing = 'no valkey-server: npm run test:setup unpacks it'

if (valkey === undefined) {
  if (process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)
  t.test('on Valkey', { skip: missing }, async () => undefined)
} else {
  process.env['REDIS_SERVER_PATH'] = valkey
  for (const tests of ['./any-engine.test.ts', './redis/redis.test.ts', './redis/several-servers.test.ts'])
    await import(tests)
}

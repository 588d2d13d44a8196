import t from 'tap'
import { parseTarget } from '../../src/http/target.ts'
import { createCouldBe } from '../../src/passkeys/loose-patterns.ts'

const couldBe = createCouldBe(['/interaction/*/passkey', '/sso', '/Index.php/in'])

const readings: [path: string, could: boolean][] = [
  ['/interaction/abc/passkey', true],
  ['/interaction/abc/passkey?a=b', true],
  ['/Interaction/abc/PASSKEY/', true],
  ['/interaction/abc/pass%6bey', true],
  ['//interaction//abc/passkey.php', true],
  ['/interaction/abc/passkey;a=b', true],
  ['/sso.json', true],
  ['/index.php/in', true],
  ['/in', true],
  ['/interaction/passkey', false],
  ['/interaction/a/b/passkey', false],
  ['/interaction/abc', false],
  ['/ssoo', false],
  ['/', false],
]
for (const [path, could] of readings) t.test(path, async (t) => t.equal(couldBe(parseTarget(path)), could))

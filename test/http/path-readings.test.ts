import t from 'tap'
import { readOtherwise, restsBehindScripts, scriptAliases } from '../../src/http/path-readings.ts'

t.test('where programs could begin to read a path', async (t) => {
  const table: [path: string, rests: string[]][] = [
    ['/a/b', []],
    ['/a.b/c', ['/a.b/c']],
    ['/a/x.psgi/b/c', ['/a/x.psgi/b/c', '/b/c', '/a/b/c']],
    ['/x.php/y.php', ['/x.php/y.php', '/y.php', '/y']],
    ['/~me/a', ['/~me/a', '/a']],
    ['/cgi-bin/a/b', ['/cgi-bin/a/b', '/a/b', '/b']],
    ['/a/x.php', ['/a/x.php', '/a/x']],
    ['/%2f', ['/']],
  ]
  for (const [path, rests] of table) {
    const found = readOtherwise(path).flatMap(({ path, starts }) => starts.map((start) => path.slice(start)))
    for (const rest of rests) t.ok(found.includes(rest), `${path}: ${rest}`, { found })
    if (rests.length === 0) t.same(found, [])
  }
})

t.test('an extension is dropped from the last name only where it may be', async (t) => {
  const whole = readOtherwise('/auth.js').filter(({ isWhole }) => isWhole)
  t.same(
    whole.map(({ path }) => path),
    ['/auth.js'],
  )
})

t.test('spellings of a script that is listed', async (t) => {
  t.same(scriptAliases('/a/b'), [])
  t.same(restsBehindScripts('/a/b'), [])
  t.same(scriptAliases('/a/x.php/b'), ['/a/x.php/b', '/a/x/b', '/a/b', '/a/b'])
  t.same(restsBehindScripts('/a/x.php/b'), ['/b'])
  t.same(restsBehindScripts('/a/x.php'), [])
})

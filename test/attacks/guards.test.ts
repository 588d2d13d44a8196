import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from '@swc/wasm-typescript'
import t from 'tap'
import { guards } from './guards.ts'
import { findMarkers, turnOff } from './turn-off.ts'
import { listMarkers, readSource, withoutGuard } from './without-guard.ts'

const root = join(import.meta.dirname, '..', '..')
const places = listMarkers()

/** Throws a syntax error for what is no TypeScript. */
const parse = (text: string): unknown => transformSync(text, { mode: 'strip-only', module: true })

t.test('every marker has a row, and every row a marker', async (t) => {
  const rows = guards.map(({ name }) => name)
  t.same(places.map(({ name }) => name).sort(), [...rows].sort())
  t.equal(new Set(rows).size, rows.length, 'each has a name of its own')
  for (const name of rows) t.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/)
})

t.test('every guard can be turned off', async (t) => {
  for (const guard of guards) {
    const { name, cases } = guard
    const { file, text } = withoutGuard(guard, places)
    t.not(text, readSource(file), `${name}: something changes`)
    t.doesNotThrow(() => parse(text), `${name}: what is left is TypeScript`)
    t.ok(cases.length > 0, `${name}: somebody has to notice`)
    for (const one of cases) t.ok(existsSync(join(root, 'test', one)), one)
  }
})

t.test('how a guard is turned off', async (t) => {
  const table: [what: string, source: string, off: string | undefined, without: string][] = [
    ['an if', '// guard: it\nif (a) throw b', undefined, 'if (false) throw b'],
    ['an if that always holds', '// guard: it\nif (a) return b', 'true', 'if (true) return b'],
    ['an if behind more comments', '// guard: it\n// more\nif (a) b()', undefined, '// more\nif (false) b()'],
    ['a statement', '// guard: it\nawait a()\nb()', undefined, ';\nb()'],
    ['what is waited for', '/* guard: it */ await a()', undefined, 'void a()'],
    ['a throw', '// guard: it\nthrow a', 'return b', 'return b'],
    ['a loop', '// guard: it\nfor (const a of b) c(a)', undefined, ';'],
    ['a return', '// guard: it\nreturn a && b', 'true', 'return true'],
    ['an initializer', '// guard: it\nconst a = b(c)', 'c', 'const a = c'],
    ['a function', '// guard: it\nfunction a() { b() }', '', 'function a() { return  }'],
    ['an operand of &&', 'if (a && /* guard: it */ b(c) && d) e()', undefined, 'if (a && true && d) e()'],
    ['an operand of ||', 'if (a || /* guard: it */ !b) c()', undefined, 'if (a || false) c()'],
    ['the first operand', 'if (/* guard: it */ a(b) && c) d()', undefined, 'if (true && c) d()'],
    ['an operand in another way', 'a = b && /* guard: it */ c < 3', 'c < 2', 'a = b && c < 2'],
    ['a condition', 'a = /* guard: it */ b < c ? d : e', undefined, 'a = false ? d : e'],
    ['an element', 'a = [b, /* guard: it */ ...c, d]', undefined, 'a = [b,  d]'],
    ['the last element', 'a = [b, /* guard: it */ c]', undefined, 'a = [b, ]'],
    ['an argument', 'a(b, /* guard: it */ c(d))', undefined, 'a(b, )'],
    ['another argument', 'a(/* guard: it */ b ?? c)', 'c', 'a(c)'],
    ['a property', 'a = {\n// guard: it\nb: c,\nd }', undefined, 'a = {\n\nd }'],
    ['the value of a property', 'a = { /* guard: it */ b: c }', 'd', 'a = { b: d }'],
    ['a short property', 'a = { /* guard: it */ b, c }', undefined, 'a = {  c }'],
    ['a spread property', 'a = { b, /* guard: it */ ...(c && d) }', undefined, 'a = { b,  }'],
    ['a call in a chain', 'a = b\n// guard: it\n.c(d)\n.e()', undefined, 'a = b\n.e()'],
    ['what an arrow function gives', 'a((b) => /* guard: it */ c(b).d)', 'b', 'a((b) => b)'],
    ['a value in text', `a = \`b\${/* guard: it */ c(d)}\``, 'd', `a = \`b\${d}\``],
    ['an index', 'a[/* guard: it */ b(c)]', '0', 'a[0]'],
    ['the value of a property that stays', 'a({ x: /* guard: it */ b(c) })', 'd', 'a({ x: d })'],
    ['what stands in for nothing', 'x = a ?? /* guard: it */ (b)', 'c', 'x = a ?? c'],
    ['what is added', 'a += /* guard: it */ b(c)', 'c', 'a += c'],
    ['the other of two', 'a(/* guard: one */ /* guard: it */ b)', 'c', 'a(c)'],
  ]
  for (const [what, source, off, expected] of table) {
    const marker = findMarkers(source).find(({ name }) => name === 'it')
    if (marker === undefined) throw new Error('no marker')
    const without = turnOff(source, marker, off)
    const plain = (text: string) => text.replaceAll(/\/\/ guard: it\n|\/\* guard: \w+ \*\/ /g, '')
    t.equal(plain(without), expected, what)
  }
})

t.test('what can not be turned off', async (t) => {
  for (const source of ['// guard: it', '// guard: it\nreturn a', 'a = /* guard: it */ b + c']) {
    const [marker] = findMarkers(source)
    t.throws(() => marker && turnOff(source, marker), { message: /marker it/ })
  }
})

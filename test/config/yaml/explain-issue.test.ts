import t from 'tap'
import { z } from 'zod'
import { explainIssue } from '../../../src/config/yaml/explain-issue.ts'
import { arrangeLayers, toProblem } from '../../../src/config/yaml/layers.ts'

// Kinds of issues that the configuration's schema does not have yet.
t.test('an issue of another kind still names the key', async (t) => {
  const described = z.object({ a: z.string().startsWith('x').describe('Begins with x.'), b: z.date() })
  const shape = { properties: { a: { type: 'string', description: 'Begins with x.' }, b: {} } } as const
  const file = { a: 'y', b: 'z' }
  t.same(
    described.safeParse(file).error?.issues.flatMap((issue) => explainIssue(issue, file, shape)),
    [
      {
        path: ['a'],
        part: 'value',
        fault: { message: 'is not accepted', fix: 'correct it (Begins with x.)' },
      },
      { path: ['b'], part: 'value', fault: { message: 'is text where date belongs', fix: 'write date' } },
    ],
  )
  t.match(
    described.safeParse({ a: 'x' }).error?.issues.flatMap((issue) => explainIssue(issue, {}, {})),
    [{ path: ['b'], fault: { message: 'is missing', fix: 'add it' } }],
  )
  const strict = z.strictObject({}).safeParse({ a: 1 }).error?.issues ?? []
  t.match(
    strict.flatMap((issue) => explainIssue(issue, { a: 1 }, {})),
    [{ fault: { message: 'unknown key' } }],
  )
  const literal = z.object({ a: z.literal('x') }).safeParse({ a: 'zzz' }).error?.issues ?? []
  t.match(
    literal.flatMap((issue) => explainIssue(issue, { a: 'zzz' }, {})),
    [{ fault: { fix: 'write x' } }],
  )
})

t.test('a problem without a file has a place all the same', async (t) => {
  t.match(toProblem(arrangeLayers([]), ['a', 'b'], 'key', { message: 'm', fix: 'f' }), {
    file: '',
    line: 1,
    column: 1,
    key: 'a.b',
  })
})

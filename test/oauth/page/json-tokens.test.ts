import t from 'tap'
import { listJsonStrings } from '../../../src/oauth/page/json-tokens.ts'

t.test('every string, with its place', async (t) => {
  const json = String.raw`{"a": ["b", 1, {"c\u0041": "d\"\\"}, {"a": null}], "e": {"a": "a"}, "": true, "f": "{,:["}`
  const strings = listJsonStrings(json, 9) ?? []
  t.equal(
    strings.map(({ value, isKey }) => (isKey ? `${value}:` : value)).join(' '),
    'a: b cA: d"\\ a: e: a: a : f: {,:[',
  )
  for (const { value, start, end } of strings) t.equal(JSON.parse(json.slice(start, end)), value)
  t.strictSame(listJsonStrings('"x"', 0), [{ value: 'x', isKey: false, start: 0, end: 3 }])
  t.strictSame(listJsonStrings('[1]', 1), [])
})

t.test('what readers could differ on', async (t) => {
  for (const json of ['{"a":1,"a":1}', String.raw`[{"b":{"a":1,"\u0061":2}}]`, '{"a":{},"b":[],"a":1}']) {
    t.equal(listJsonStrings(json, 9), undefined, json)
  }
  t.equal(listJsonStrings('[[{}]]', 2), undefined)
  t.equal(
    listJsonStrings('{"a":1,"A":2}', 2, (name) => name.toLowerCase()),
    undefined,
  )
  t.equal(listJsonStrings('{"a":1,"A":2}', 2)?.length, 2)
  t.strictSame(listJsonStrings('[[],[],{}]', 2), [])
  t.equal(listJsonStrings('{"__proto__":1,"constructor":2}', 2)?.length, 2)
})

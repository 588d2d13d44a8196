import t from 'tap'
import { parseStrictJson } from '../../src/oauth/strict-json.ts'

t.test('an object that reads in one way', async (t) => {
  const json = '{"a": {"b": [1, {"b": "c"}]}, "b": "\\u0064"}'
  t.strictSame(parseStrictJson(json, 'anybody'), { a: { b: [1, { b: 'c' }] }, b: 'd' })
  t.strictSame(parseStrictJson(json, 'clients'), { a: { b: [1, { b: 'c' }] }, b: 'd' })
})

t.test('what is no object, or nests too deep', async (t) => {
  for (const json of [
    '',
    '[]',
    'null',
    '1',
    '"a"',
    '{',
    `{"a":${'['.repeat(64)}${']'.repeat(64)}}`,
    `{"a":"${'x'.repeat(256 * 1024)}"}`,
    `{"a":[${'1,'.repeat(20_000)}1]}`,
  ]) {
    t.equal(parseStrictJson(json, 'clients'), undefined, json.slice(0, 20))
  }
})

t.test('names that stand twice', async (t) => {
  for (const json of ['{"sub":"a","sub":"a"}', String.raw`{"sub":1,"s\u0075b":2}`, '{"a":[{"b":1,"b":2}]}']) {
    t.equal(parseStrictJson(json, 'anybody'), undefined, json)
    t.equal(parseStrictJson(json, 'clients'), undefined, json)
  }
  for (const json of ['{"sub":"a","SUB":"b"}', '{"sub":1,"\u{1f182}ub":2}', '{"sub":1,"su\u0640b":2}']) {
    t.equal(parseStrictJson(json, 'anybody'), undefined, json)
    t.ok(parseStrictJson(json, 'clients'), json)
  }
})

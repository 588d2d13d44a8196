import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { cutFields, cutText, describeError } from '../../src/telemetry/cut-fields.ts'

t.test('text of any length becomes a short one that says so', async (t) => {
  t.equal(cutText('a'.repeat(512)), 'a'.repeat(512))
  t.equal(cutText('a'.repeat(1_000_000)), `${'a'.repeat(512)}… (1000000 characters)`)
})

t.test('what a terminal obeys is written out', async (t) => {
  t.equal(cutText('a\x7f\x9bb\u2028\u202ec'), 'a\\u007f\\u009bb\\u2028\\u202ec')
  t.equal(cutText('größe 日本 🙂'), 'größe 日本 🙂')
})

t.test('fields come out as plain values', async (t) => {
  const bare = Object.assign(Object.create(null), { a: 1 })
  const fields = {
    text: 'x',
    number: 1,
    none: null,
    no: undefined,
    yes: true,
    list: ['a', 1n],
    bare,
    deep: { a: {} },
  }
  t.same(cutFields(fields), { ...fields, list: ['a', '1'], bare: { a: 1 } })
})

t.test('what is no plain object is only named', async (t) => {
  const request = new IncomingMessage(new Socket())
  request.headers['cookie'] = 'secret'
  const Long = { ['L'.repeat(999)]: class {} }['L'.repeat(999)] ?? Object
  const { length } = String(cutFields({ long: new Long() })['long'])
  t.ok(length < 100)
  t.same(cutFields({ request, url: new URL('https://x.example/?code=secret'), map: new Map([['a', 1]]) }), {
    request: '[IncomingMessage]',
    url: '[URL]',
    map: '[Map]',
  })
})

t.test('whatever comes in, little comes out', async (t) => {
  const long = 'x'.repeat(100_000)
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`${at}`, long]))
  const error = Object.assign(new Error(long, { cause: new Error(long) }), { code: long, name: long })
  error.stack = long
  for (const value of [long, loop, wide, [wide, wide], Array(10_000).fill(long), { [long]: 1 }, error]) {
    t.ok(JSON.stringify(cutFields({ value })).length < 100_000)
  }
  t.ok(JSON.stringify(describeError(error)).length < 8000)
  t.same(cutFields({ a: { b: { c: { d: { e: { f: {} } } } } } }), {
    a: { b: { c: { d: { e: { f: '…' } } } } },
  })
})

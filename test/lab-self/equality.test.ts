import t from 'tap'
import { compare } from '../lab/equality/compare.ts'
import { type Exchange, readWire } from '../lab/equality/exchange.ts'
import { compareWire } from '../lab/equality/wire.ts'

const answer = (body: string, headers: Exchange['headers'] = [], status = 200): Exchange => ({
  name: 'GET /',
  status,
  headers,
  body,
  wire: { reason: '', fields: [] },
})
const length: Exchange['headers'][number] = ['content-length', '4']

t.test('what is new each time may differ, all else may not', async (t) => {
  const cases: [string, Exchange, Exchange, Exchange, number][] = [
    ['equal answers', answer('id=aa1'), answer('id=aa1'), answer('id=aa1'), 0],
    ['a fresh id', answer('id=aa1;'), answer('id=bb2;'), answer('id=cc3;'), 0],
    ['a fresh id, and another word', answer('id=aa1; b'), answer('id=bb2; x'), answer('id=cc3; b'), 1],
    ['a word more', answer('id=aa1;'), answer('id=bb2; x'), answer('id=cc3;'), 1],
    ['a line more', answer('a'), answer('a\nb'), answer('a'), 1],
    [
      'a clock that stood still only between the direct answers',
      answer('t=7'),
      answer('t=8'),
      answer('t=7'),
      1,
    ],
    ['a lifetime', answer('"expires_in":300'), answer('"expires_in":299'), answer('"expires_in":300'), 0],
    [
      'a much shorter lifetime',
      answer('"expires_in":300'),
      answer('"expires_in":60'),
      answer('"expires_in":300'),
      1,
    ],
    ['another status', answer('a'), answer('a', [], 404), answer('a'), 1],
    ['a header more', answer('a'), answer('a', [['via', 'x']]), answer('a'), 1],
    ['a header less', answer('a', [['vary', 'x']]), answer('a'), answer('a', [['vary', 'x']]), 1],
    [
      'another value',
      answer('a', [['vary', 'x']]),
      answer('a', [['vary', 'y']]),
      answer('a', [['vary', 'x']]),
      1,
    ],
    ['a length in place of chunks', answer('four'), answer('four', [length]), answer('four'), 0],
    ['a length that is not the body', answer('a'), answer('a', [length]), answer('a'), 1],
    ['a length that is gone', answer('four', [length]), answer('four'), answer('four', [length]), 1],
    [
      'the base64 of a hash, in quotes where it has to be',
      answer(`a="${'aA+/'.repeat(16)}"`),
      answer(`a=${'bB0c'.repeat(16)}`),
      answer(`a=${'Cc+c'.repeat(16)}`),
      0,
    ],
  ]
  for (const [name, before, through, after, expected] of cases) {
    const differences = compare(before, through, after)
    t.equal(differences.length, expected, name, { differences })
  }
})

t.test('chunks are joined, headers of the hop are left out, the others are in order', async (t) => {
  const head =
    'HTTP/1.1 200 OK\r\nVary: b\r\nDate: now\r\nSet-Cookie: z\r\nConnection: close\r\nSet-Cookie: a\r\n'
  t.same(readWire('GET /', `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n`), {
    name: 'GET /',
    status: 200,
    headers: [
      ['set-cookie', 'z'],
      ['set-cookie', 'a'],
      ['vary', 'b'],
    ],
    body: 'abc',
    wire: {
      reason: 'OK',
      fields: [
        ['Vary', 'b'],
        ['Date', 'now'],
        ['Set-Cookie', 'z'],
        ['Connection', 'close'],
        ['Set-Cookie', 'a'],
        ['Transfer-Encoding', 'chunked'],
      ],
    },
  })
  t.throws(() => readWire('GET /', ''), /ended without an answer/)
})

t.test('what differs on the wire has a row, or is shown', async (t) => {
  const wire = (...head: string[]) => readWire('GET /', `HTTP/1.1 ${head.join('\r\n')}\r\n\r\n`)
  const ok = '200 OK'
  const cases: [string, Exchange, Exchange, string[], RegExp[]][] = [
    ['nothing', wire(ok, 'a: 1', 'b: 2'), wire(ok, 'a: 3', 'b: 4'), [], []],
    ['capital letters', wire(ok, 'Ab: 1', 'C: 2'), wire(ok, 'ab: 1', 'c: 2'), ['case of header names'], []],
    ['new capital letters', wire(ok, 'ab: 1'), wire(ok, 'AB: 1'), [], [/^AB with capital/]],
    [
      'fields of one name apart',
      wire(ok, 'a: 1', 'b: 2', 'a: 3'),
      wire(ok, 'a: 1', 'a: 3', 'b: 2'),
      ['order of header fields'],
      [],
    ],
    [
      'another order',
      wire(ok, 'a: 1', 'b: 2'),
      wire(ok, 'b: 2', 'a: 1'),
      ['order of header fields'],
      [/^b,a/],
    ],
    ['a field more', wire(ok, 'a: 1'), wire(ok, 'a: 1', 'via: x'), [], [/^a,via in place of a$/]],
    ['a field less', wire(ok, 'a: 1'), wire(ok), [], [/in place of a$/]],
    ['another reason', wire(ok), wire('200 Fine'), ['reason phrase'], []],
    [
      'the connection, at the end',
      wire(ok, 'Connection: close', 'a: 1'),
      wire(ok, 'a: 1', 'Connection: keep-alive', 'Keep-Alive: timeout=72'),
      ['`Connection`, `Keep-Alive`', 'order of header fields'],
      [],
    ],
    [
      'a length',
      wire(ok, 'Transfer-Encoding: chunked'),
      wire(ok, 'Content-Length: 0'),
      ['end of the body'],
      [],
    ],
    ['a Date', wire(ok), wire(ok, 'Date: now'), ['`Date`'], []],
    ['another Date', wire(ok, 'Date: now'), wire(ok, 'date: then'), [], []],
    ['no Date', wire(ok, 'Date: now'), wire(ok), [], [/^0 Date fields in place of 1$/]],
  ]
  for (const [name, direct, through, rows, unexplained] of cases) {
    const found = compareWire(direct, through)
    t.same([...found.rows].sort(), [...rows].sort(), name)
    t.equal(found.unexplained.length, unexplained.length, name, found)
    t.match(found.unexplained, unexplained, name)
  }
})

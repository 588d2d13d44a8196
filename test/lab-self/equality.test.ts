import t from 'tap'
import { compare } from '../lab/equality/compare.ts'
import { type Exchange, readWire } from '../lab/equality/exchange.ts'

const answer = (body: string, headers: Exchange['headers'] = [], status = 200): Exchange => ({
  name: 'GET /',
  status,
  headers,
  body,
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
  })
  t.throws(() => readWire('GET /', ''), /ended without an answer/)
})

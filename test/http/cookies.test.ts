import t from 'tap'
import {
  omitCookie,
  overlayCookies,
  readCookie,
  selectCookies,
  separateCookies,
  sessionCookiesOf,
  setsCookie,
} from '../../src/http/cookies.ts'
import { workMs } from '../lab/work-ms.ts'
import { makeConfig } from '../upstream/config.ts'

const own = '__Host-step-up'
const value = 'Ab_-'.repeat(10).concat('xyz')
const names = ['session', '_session', '_session.sig', 'idsrv*']
const allowed = { names, foldsCase: true }
const exact = { names, foldsCase: false }

const selected: [title: string, header: string | undefined, expected: string | undefined][] = [
  ['no header', undefined, undefined],
  ['an empty header', '', undefined],
  ['none of them', 'a=1; theme=dark', undefined],
  ['one of them', 'a=1; session=x; b=2', 'session=x'],
  ['all of them in their order', '_session.sig=s; a=1; _session=x', '_session.sig=s; _session=x'],
  [
    'chunked ones',
    'idsrv=chunks-2; idsrvC1=a; idsrv.session=b; xidsrv=c',
    'idsrv=chunks-2; idsrvC1=a; idsrv.session=b',
  ],
  ['K-02 bytes as they are', 'session="a b",\xe9=%zz==', 'session="a b",\xe9=%zz=='],
  ['odd spaces', 'a=1;session=x ;  _session=\ty', 'session=x; _session=y'],
  ['an empty value', 'session=', 'session='],
  ['K-02 nameless cookies', '=session=x; session; =', undefined],
  ['K-02 $Version', '$Version=1; session=x; $Path=/', 'session=x'],
  ['K-02 a space of Unicode in front', '\xc2\xa0session=x', undefined],
  ['names are exact', 'Session=x; sessions=y', undefined],
  ['Q-13 inherited names', '__proto__=x; constructor=y', undefined],
  ['K-01 equal values', 'session=x; a=1; session=x', 'session=x'],
]

for (const [title, header, expected] of selected) {
  t.test(`selects from ${title}`, async (t) => {
    t.equal(selectCookies(header, allowed), expected)
    t.equal(selectCookies(header, exact), expected)
  })
}

for (const [title, header] of [
  ['two of one name', 'session=x; a=1; session=y'],
  ['one that is empty', 'session=x; session='],
  ['two chunks of one name', 'idsrvC1=x; idsrvC1=y'],
  ['two chunks, one like a third', 'idsrvC1=y; idsrvC2=y; idsrvC1=x'],
  ['a space behind the name', 'session=x; session =y'],
  ['another case', 'session=x; SESSION=y'],
  ['another case in front', 'SESSION=y; session=x'],
  ['an escaped name', 'session=x; sess%69on=y'],
  ['Q-16 a letter in a circle', 'session=x; \xf0\x9f\x86\x82ession=y'],
  ['Q-16 one that is escaped, in front', '%F0%9F%86%82ession=y; session=x'],
  ['Q-16 a character that counts as nothing', 'session=x; ses\xd9\x80sion=y'],
  ['Q-16 a byte that UTF-8 drops', 'session=x; ses\xffsion=y'],
  ['Q-16 a letter of ISO-8859-1', '_session.sig=x; _session.s\xecg=y'],
] as const) {
  t.test(`K-01 refuses ${title}`, async (t) => {
    t.throws(() => selectCookies(header, allowed), { code: 'ambiguous_cookies', statusCode: 400 })
    t.throws(() => overlayCookies(header, [], allowed), { code: 'ambiguous_cookies' })
  })
}

for (const [title, header] of [
  ['inside another cookie', 'a=session=y; session=x'],
  ['behind a comma', 'session=x; a=1,session=y'],
  ['behind its own value', 'session=x,session=y'],
  ['as PHP reads it', '.session=y; _session=x'],
  ['one that is not there by its own name', 'session=x; IDSRV=y'],
  ['that only begins like it', 'session=x; a=session=xy'],
] as const) {
  t.test(`K-13 refuses another reading ${title}`, async (t) => {
    t.throws(() => selectCookies(header, allowed), { code: 'ambiguous_cookies' })
    t.throws(() => separateCookies(header, allowed), { code: 'ambiguous_cookies' })
  })
}

for (const [title, header, expected] of [
  ['beside it', 'session=x; SESSION=y', 'session=x'],
  ['in front', 'Session=y; session=x', 'session=x'],
  ['inside another one', 'session=x; a=SESSION=y', 'session=x'],
  ['as PHP reads it', '_session=x; .SESSION=y; _Session[a]=z', '_session=x'],
  ['of a chunk', 'idsrvC1=x; idsrvc1=y; IDSRVC1=z', 'idsrvC1=x; idsrvc1=y'],
  ['of a value inside another one', 'session=Xy; a=session=Xy', 'session=Xy'],
] as const) {
  t.test(`K-14 another case is another cookie ${title}`, async (t) => {
    t.equal(selectCookies(header, exact), expected)
    t.equal(overlayCookies(header, [], exact), expected)
  })
}

for (const [title, header] of [
  ['an escaped name', 'session=x; sess%69on=y'],
  ['a dot for the underscore', '_session=x; .session=y'],
  ['a bracket behind the name', 'session=x; session[a]=y'],
  ['inside another cookie', 'session=x; a=session=y'],
  ['behind a comma', 'session=x; a=1,session=y'],
  ['a letter in a circle', 'session=x; \xf0\x9f\x86\x82ession=y'],
] as const) {
  t.test(`K-13 refuses where case counts ${title}`, async (t) => {
    t.throws(() => selectCookies(header, exact), { code: 'ambiguous_cookies' })
    t.throws(() => separateCookies(header, exact), { code: 'ambiguous_cookies' })
  })
}

t.test('K-12 leaves out what differs in case where case counts', async (t) => {
  t.equal(separateCookies('session=x; SESSION=y; b=2', exact), 'session=x; b=2')
})

t.test('cookie names fold as the OP is configured, or else as its paths', async (t) => {
  const provider = (keys: object) => makeConfig({ provider: keys }).provider
  const fold = (keys: object) => sessionCookiesOf(provider(keys)).foldsCase
  t.same([fold({}), fold({ foldsCase: true })], [false, true])
  t.same([fold({ foldsCase: true, foldsCookieCase: false }), fold({ foldsCookieCase: true })], [false, true])
  t.same(sessionCookiesOf(provider({})).names, ['_session', '_session.sig'])
})

t.test('K-14 no other reading', async (t) => {
  t.equal(selectCookies('a=session=x; session=x; b=session=x,c', allowed), 'session=x')
  t.equal(selectCookies('my_session=y; session=x', allowed), 'session=x')
  t.equal(selectCookies('a=session=x', allowed), undefined)
})

const separated: [title: string, header: string | undefined, expected: string | undefined][] = [
  ['no header', undefined, undefined],
  ['nothing of the session', 'a=1; b="2"', 'a=1; b="2"'],
  ['the session in front', 'a=1; session=x; b=2', 'session=x; a=1; b=2'],
  ['longer names that end like it', 'my_session=y; session=x; b=2', 'session=x; b=2'],
  ['another spelling, alone', 'SESSION=y; b=2', 'b=2'],
  ['odd names', '$Version=1; a%62=1; a b=1; \xe9=1; c=2', 'c=2'],
  ['odd values', 'a=1,2; b=a b; c="a; d=\xe9; e=a"b; f=\\; g=2', 'g=2'],
  ['equal text in a value', 'a=session=x; session=x', 'session=x'],
  ['others beside an odd session', 'session="x; a=1', 'session="x'],
]

for (const [title, header, expected] of separated) {
  t.test(`K-12 separates ${title}`, async (t) => t.equal(separateCookies(header, allowed), expected))
}

const now = Date.parse('2026-11-22T00:00:00Z')
const overlaid: [
  title: string,
  header: string | undefined,
  setCookies: string[],
  expected: string | undefined,
][] = [
  ['nothing on nothing', undefined, [], undefined],
  ['nothing on a cookie', 'session=x; a=1', [], 'session=x'],
  ['a first cookie', undefined, ['session=x; Path=/; HttpOnly'], 'session=x'],
  ['another value', 'session=x; _session=k', ['session=y'], 'session=y; _session=k'],
  ['the later of two', 'session=x', ['session=y; Path=/a', 'session=z; Path=/'], 'session=z'],
  ['a cookie that is not allowed', 'session=x', ['other=y'], 'session=x'],
  ['a nameless cookie', 'session=x', ['=session=y', 'session', ''], 'session=x'],
  ['an empty value', 'session=x', ['session='], 'session='],
  ['Max-Age 0', 'session=x', ['session=y; Max-Age=0'], undefined],
  ['a negative Max-Age', 'session=x; _session=k', ['session=; max-age=-1; Path=/'], '_session=k'],
  ['a Max-Age to come', 'session=x', ['session=y; Max-Age=60'], 'session=y'],
  ['Expires in the past', 'session=x', ['session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], undefined],
  ['Expires with dashes', 'session=x', ['session=; expires=Thu, 01-Jan-1970 00:00:01 GMT'], undefined],
  ['Expires with two digits', 'session=x', ['session=; expires=Thu, 01-Jan-70 00:00:01 GMT'], undefined],
  ['Expires now', 'session=x', ['session=y; Expires=Sun, 22 Nov 2026 00:00:00 GMT'], undefined],
  ['Expires to come', 'session=x', ['session=y; Expires=Sun, 22 Nov 2026 00:00:01 GMT'], 'session=y'],
  [
    'Max-Age before Expires',
    'session=x',
    ['session=y; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    'session=y',
  ],
  ['an unreadable Max-Age', 'session=x', ['session=y; Max-Age=soon; Secure'], 'session=y'],
  ['an unreadable Expires', 'session=x', ['session=y; Expires=never'], 'session=y'],
  ['the last Max-Age', 'session=x', ['session=y; Max-Age=0; Max-Age=60'], 'session=y'],
  ['deleted and set again', 'session=x', ['session=; Max-Age=0', 'session=z'], 'session=z'],
  ['a value with an equals sign', undefined, ['session=a=b; Path=/'], 'session=a=b'],
]

for (const [title, header, setCookies, expected] of overlaid) {
  t.test(`lays over: ${title}`, async (t) =>
    t.equal(overlayCookies(header, setCookies, allowed, now), expected),
  )
}

t.test('takes the time from the clock', async (t) => {
  const soon = new Date(Date.now() + 3_600_000).toUTCString()
  t.equal(overlayCookies(undefined, [`session=x; Expires=${soon}`], allowed), 'session=x')
})

const omitted: [title: string, header: string | undefined, expected: string | undefined][] = [
  ['no header', undefined, undefined],
  ['an empty header', '', ''],
  ['a header without it', 'a=1;b=2; ', 'a=1;b=2; '],
  ['a header with its name in a value', `a=${own}; b=2`, `a=${own}; b=2`],
  ['only it', `${own}=x`, undefined],
  ['it in front', `${own}=x; a=1;b=2`, 'a=1;b=2'],
  ['it in the middle', `a=1; ${own}=x;  b="2"`, 'a=1;  b="2"'],
  ['it at the end', `a=1; ${own}=x`, 'a=1'],
  ['it three times', `${own}=x; a=1; ${own} =y;${own}=z; b`, 'a=1; b'],
  ['twice only it', `${own}=x; ${own}=y; `, undefined],
  ['a longer name', `${own}2=x`, `${own}2=x`],
  ['a further one of ours', `${own}-at-one=x; a=b`, 'a=b'],
  ['K-02 nameless cookies', `=${own}=x; ${own}`, `=${own}=x; ${own}`],
]

for (const [title, header, expected] of omitted) {
  t.test(`omits from ${title}`, async (t) => t.equal(omitCookie(header, own), expected))
}

const found: [title: string, header: string | undefined, expected: string | undefined][] = [
  ['no header', undefined, undefined],
  ['the cookie', `a=1; ${own}=${value}`, value],
  ['spaces around it', `a=1;${own}= ${value} ;`, value],
  ['K-01 two of them', `${own}=${value}; ${own}=${'x'.repeat(43)}`, undefined],
  ['K-01 two equal ones', `${own}=${value}; ${own}=${value}`, undefined],
  ['K-04 a longer one', `${own}=${value}x`, undefined],
  ['K-04 a shorter one', `${own}=${value.slice(1)}`, undefined],
  ['K-04 another alphabet', `${own}=${value.slice(1)}+`, undefined],
  ['K-04 a newline behind', `${own}=${value}\n`, undefined],
  ['K-02 a quoted value', `${own}="${value.slice(2)}"`, undefined],
  ['K-02 a nameless cookie', `=${own}=${value}`, undefined],
  ['K-02 $Version', `$Version=1; $${own}=${value}`, undefined],
  ['K-02 a space of Unicode in front', `\xc2\xa0${own}=${value}`, undefined],
  ['K-02 another case', `__host-step-up=${value}`, undefined],
]

for (const [title, header, expected] of found) {
  t.test(`reads our own from ${title}`, async (t) => t.equal(readCookie(header, own), expected))
}

const set: [setCookie: string, expected: boolean][] = [
  [`${own}=x; Path=/`, true],
  [` ${own} =x`, true],
  [`=${own}=x`, true],
  [`= =${own}=x; Path=/`, true],
  [`\xc2\xa0${own}=x`, true],
  [`${own}=`, true],
  [own, false],
  [`other=${own}=x`, false],
  [`a=1; ${own}=x`, false],
  [`${own}2=x`, false],
  [`;${own}=x`, false],
  ['', false],
]

for (const [setCookie, expected] of set) {
  t.test(`K-02 ${JSON.stringify(setCookie)} ${expected ? 'sets' : "doesn't set"} it`, async (t) => {
    t.equal(setsCookie(setCookie, own), expected)
  })
}

t.test('D-06 reads adversarial cookies fast', async (t) => {
  const size = 64 * 1024
  for (const header of [
    ';'.repeat(size),
    `a=${' '.repeat(size)}`,
    `${' '.repeat(size)}=a`,
    'session=x;'.repeat(size / 10),
  ]) {
    const work = await workMs(() => {
      selectCookies(header, allowed)
      omitCookie(`${header};${own}=x`, own)
      setsCookie(header, own)
    })
    t.ok(work < 5000)
  }
})

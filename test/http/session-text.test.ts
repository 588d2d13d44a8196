import t from 'tap'
import { createSessionText, fold } from '../../src/http/session-text.ts'
import { workMs } from '../lab/work-ms.ts'

const text = createSessionText(['_session', '.Net.Id', 'idsrv*'], true)
const latin1 = (name: string) => Buffer.from(name).toString('latin1')

t.test('names that a server could take for a session cookie', async (t) => {
  const table: [name: string, expected: string[]][] = [
    ['_session', ['_session']],
    ['_SESSION', ['_session']],
    ['%5fsession', ['_session']],
    ['%255fsession', ['_session']],
    ['.session', ['_session']],
    [' session', []],
    ['[session', ['_session']],
    ['_session[a]', ['_session']],
    ['_session%00x', ['_session']],
    [latin1('＿ｓession'), ['_session']],
    [latin1('_sess\u00adion'), ['_session']],
    [latin1('_\u{1f162}ession'), ['_session']],
    ['_net_id', ['.Net.Id']],
    ['idsrv', ['idsrv*']],
    ['IDSRVC1', ['idsrv*']],
    [latin1('\u{1f158}dsrvC1'), ['idsrv*']],
    [latin1('é'), []],
    ['my_session', []],
    ['_sessions', []],
    ['idsr', []],
    ['', []],
  ]
  for (const [name, expected] of table) t.same(text.namesOf(name), expected, name)
})

t.test('the same where case counts', async (t) => {
  const exact = createSessionText(['_session', '.Net.Id', 'idsrv*'], false)
  for (const name of ['_SESSION', '_net_id', 'IDSRVC1', '_Session[a]']) t.same(exact.namesOf(name), [], name)
  for (const [name, entry] of [
    ['%5fsession', '_session'],
    ['_session[a]', '_session'],
    ['_Net_Id', '.Net.Id'],
    ['idsrvc1', 'idsrv*'],
    [latin1('_\u{1f162}ession'), '_session'],
  ] as const)
    t.same(exact.namesOf(name), [entry], name)
  t.same(exact.findIn('x=_SESSION=a', false), [])
  t.same(exact.findIn('x=_session=A', false), [{ name: '_session', rest: 'a' }])
  t.same(exact.findIn(latin1('é=_SESSION=a'), false), [
    { name: '_session', rest: 'a' },
    { name: '_session', rest: 'a' },
  ])
})

t.test('text in which a server could find one', async (t) => {
  const table: [cookie: string, found: string[], asPartOfName?: string[]][] = [
    ['_session=a', []],
    ['x=_session=a', ['a']],
    ['x=1,_session =a', ['a']],
    ['x=%5FSESSION%3DA%20b', ['a b']],
    ['_session=b,_session=a', ['a']],
    ['x,_session=a', ['a']],
    ['my_session=a', [], ['a']],
    ['x-_session=a', [], ['a']],
    ['x=my_session=a', ['a']],
    ['x=.net_id=a', ['a']],
    ['x=idsrvC1=a', ['a']],
    [`x=idsrv${'c'.repeat(65)}=a`, []],
    ['x=_sessions=a', []],
    ['x=a=b', []],
  ]
  for (const [cookie, found, inNames = found] of table) {
    t.same(
      text.findIn(cookie, false).map(({ rest }) => rest),
      found,
      cookie,
    )
    t.same(
      text.findIn(cookie, true).map(({ rest }) => rest),
      inNames,
      cookie,
    )
  }
})

t.test('names that hold characters of patterns', async (t) => {
  t.same(createSessionText(['a+(b'], true).namesOf('x'), [])
  t.same(createSessionText(['a$b^c'], true).findIn('x=a$b^c=1', false), [{ name: 'a$b^c', rest: '1' }])
  t.same(fold('A+b'), ['a b'])
})

t.test('D-06 16 KiB are searched fast', async (t) => {
  const size = 16 * 1024
  for (const piece of ['idsrv', '_session', '_session ', '%', '_', 'é'])
    t.ok((await workMs(() => text.findIn(`x=${piece.repeat(size / piece.length)}`, true))) < 2000, piece)
})

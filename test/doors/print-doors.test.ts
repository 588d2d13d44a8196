import t from 'tap'
import { parse } from 'yaml'
import { advise, set } from '../../src/doors/doors.ts'
import { printDoors } from '../../src/doors/print-doors.ts'

t.test('columns, the same in all groups', async (t) => {
  const lines = printDoors([
    { title: 'web', doors: [{ level: 'open', subject: 'x', meaning: 'a', ...set('grants', []) }] },
    { title: 'none', doors: [] },
    {
      title: 'other',
      doors: [
        { level: 'breaks', subject: 'longer', meaning: 'b', ...advise('ask the OP') },
        { level: 'info', subject: 'y', meaning: 'c' },
      ],
    },
  ])
  t.same(lines, [
    'web',
    '  open    x       a -> grants: []',
    'none',
    'other',
    '  breaks  longer  b -> ask the OP',
    '  info    y       c',
  ])
  t.same(printDoors([]), [])
})

t.test('remedies are YAML of one line, whatever the values', async (t) => {
  const values = [
    ['urn:ietf:params:oauth:grant-type:device_code', 'true', '1', 'a, b', '[', '#', '', "it's", '"', ': '],
    ['/connect/register', '/a,b', `/${'long'.repeat(100)}`],
    'client_secret_basic',
    'deny',
    [],
  ]
  for (const value of values) {
    const [, line = ''] = printDoors([
      { title: '', doors: [{ level: 'open', subject: '', meaning: '', ...set('key', value) }] },
    ])
    const [, yaml = ''] = / -> (key: .*)$/.exec(line) ?? []
    t.same(parse(yaml), { key: value }, yaml)
  }
})

t.test("the OP's words can't write to the terminal", async (t) => {
  const lines = printDoors([
    {
      title: 'a\u001b[2J',
      doors: [{ level: 'info', subject: 'b\r\n', meaning: 'c\u009b\u202e\u007f', ...advise('d\0') }],
    },
  ])
  t.same(lines, ['a?[2J', '  info    b??  c??? -> d?'])
})

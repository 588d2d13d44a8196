import t from 'tap'
import { createFindLookAlike, longestForeignId } from '../../src/policy/look-alikes.ts'

const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const find = createFindLookAlike(['web', '7', '12345678901234567890', uuid, 'a+b%41'])

t.test('ids that an OP could take for a protected one', async (t) => {
  const table: Record<string, readonly string[]> = {
    web: [
      'WEB',
      ' web',
      'ｗｅｂ',
      'wéb',
      'w\u200beb',
      'w\u0364b',
      'web\u0363',
      'we\u0640b',
      '%57eb',
      '%2557eb',
      'web+',
    ],
    '7': ['07', '7x', '+7', '7.0', '0.7e1', ' 7', '٧', '7-a'],
    [uuid]: [uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`, `urn:uuid:${uuid}`, `${uuid}0`],
    'a+b%41': ['a b%41', 'A+B%41', 'a%2Bb%2541', 'a+bA'],
  }
  for (const [id, others] of Object.entries(table)) {
    t.equal(find(id), id, 'itself')
    for (const other of others) t.equal(find(other), id, other)
  }
})

t.test('ids that are others', async (t) => {
  const others = [
    '',
    ' ',
    'webb',
    'we-b',
    'we_b',
    'web日本',
    '日本',
    '77',
    '-7',
    '0.7',
    'x7',
    '7'.padEnd(40, '7'),
  ]
  const uuids = [uuid.slice(1), uuid.replace('a', 'b'), `7f3c1a52${uuid.slice(8)}`]
  for (const other of [...others, ...uuids, '12345678901234567891', 'x'.repeat(4096)]) {
    t.equal(find(other), undefined, other)
  }
  t.equal(createFindLookAlike([])('é'.repeat(longestForeignId + 1)), undefined, 'where nobody is protected')
})

t.test('what is too long to be compared could be any', async (t) => {
  t.equal(find('日'.repeat(longestForeignId)), undefined)
  t.equal(find('日'.repeat(longestForeignId + 1)), 'web')
})

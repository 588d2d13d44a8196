import t from 'tap'
import { ByClient, nameOwner } from '../../src/audit-reading/by-client.ts'
import { type RecordedLine, readRecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { decision, refused } from './lines.ts'

const read = (text: string): RecordedLine => readRecordedLine(text) as RecordedLine
const create = () => new ByClient(() => ({ lines: 0 }))
const count = (clients: ReturnType<typeof create>, line: RecordedLine): void => {
  const found = clients.find(line)
  if (found) found.lines += 1
}

t.test('clients and pages, each apart', async (t) => {
  const clients = create()
  count(clients, read(decision()))
  count(clients, read(decision()))
  count(clients, read(decision({ client_id: undefined, page: '/account' })))
  t.equal(clients.find(read(decision({ client_id: undefined }))), undefined)
  t.same(clients.list(), [
    { owner: { kind: 'client', name: 'web' }, value: { lines: 2 } },
    { owner: { kind: 'page', name: '/account' }, value: { lines: 1 } },
  ])
  t.same(
    clients.list().map(({ owner }) => nameOwner(owner)),
    ['web', 'page /account'],
  )
})

t.test('names that anyone makes up leave room for clients in which somebody signs in', async (t) => {
  const clients = create()
  count(clients, read(refused({ client_id: 'late' })))
  for (let n = 0; n < 5000; n++) count(clients, read(refused({ client_id: `made-up-${n}` })))
  count(clients, read(decision({ client_id: 'late' })))
  count(clients, read(refused({ client_id: 'late' })))
  count(clients, read(decision({ client_id: 'new' })))
  const all = clients.list()
  const linesOf = (name: string) => all.find(({ owner }) => owner.name === name)?.value.lines
  t.equal(linesOf('late'), 3, 'with what was read of it before')
  t.equal(linesOf('new'), 1)
  t.match(all.at(-1), { owner: { kind: 'others', name: 'all others' } })
  t.ok(all.length < 200)
  t.equal(
    all.reduce((sum, { value }) => sum + value.lines, 0),
    5004,
  )
})

t.test('more clients than anybody lists are taken together', async (t) => {
  const clients = create()
  for (let n = 0; n < 5000; n++) count(clients, read(decision({ client_id: `c-${n}` })))
  t.ok(clients.list().length < 700)
  t.equal(
    clients.list().reduce((sum, { value }) => sum + value.lines, 0),
    5000,
  )
})

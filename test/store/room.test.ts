import t from 'tap'
import { type Arrival, createRoom, type Entry, type Room } from '../../src/store/room.ts'

function tell(key: string): Arrival {
  const [name = '', size] = key.replace(/^\d+/, '').split(':')
  return { key, value: '', expiresAt: 0, owner: { kind: 'stranger', name }, bytes: Number(size) }
}

/** Fills a room with entries told as `owner:bytes`; a name for each. */
function fill(bytes: number, told: string) {
  const room = createRoom({ entries: 1000, bytes })
  const entries = new Map<string, Entry>()
  for (const key of told.split(' ')) {
    entries.set(key, room.enter(tell(key)))
  }
  return { room, entries }
}

function leaveInOrder(room: Room, comer: Arrival): string {
  const left: string[] = []
  for (let next = room.findLeaver(comer); next; next = room.findLeaver(comer)) {
    left.push(next.key)
    room.leave(next)
  }
  return left.join(' ')
}

const table: [name: string, told: string, order: string][] = [
  ['of one owner the oldest goes first', '1a:100 2a:100 3a:100', '1a:100 2a:100 3a:100'],
  [
    'who holds the most goes first',
    '1a:100 1b:100 2b:100 3b:100 4b:100',
    '1b:100 2b:100 3b:100 1a:100 4b:100',
  ],
  ['of those who hold alike the first comer goes first', '1a:100 1b:100 1c:100', '1a:100 1b:100 1c:100'],
  [
    'one large entry goes before older small ones of its owner',
    '1a:100 2a:100 3a:900',
    '3a:900 1a:100 2a:100',
  ],
  [
    'many small ones go before one large entry',
    '1a:300 1b:100 2b:100 3b:100 4b:100 5b:100 6b:100',
    '1b:100 1a:300 2b:100 3b:100 4b:100 5b:100 6b:100',
  ],
]
for (const [name, told, order] of table) {
  t.test(name, async (t) => {
    t.equal(leaveInOrder(fill(0, told).room, tell('1new:100')), order)
  })
}

t.test('who comes and holds as much as any makes room itself', async (t) => {
  const { room } = fill(0, '1a:100 1b:100 2b:100')
  t.equal(leaveInOrder(room, tell('3b:100')), '1b:100 2b:100 1a:100', 'within a factor of two')
  t.equal(room.findLeaver(tell('1a:100')), undefined)
})

t.test('room is bounded by bytes and by entries', async (t) => {
  const { room, entries } = fill(1000, '1a:400 2b:500')
  t.equal(room.findLeaver(tell('1c:100')), undefined)
  t.equal(room.findLeaver(tell('1c:101')), entries.get('1a:400'))
  const few = createRoom({ entries: 1, bytes: 1000 })
  t.equal(few.findLeaver(tell('1a:1')), undefined)
  const only = few.enter(tell('1a:1'))
  t.equal(few.findLeaver(tell('1b:1')), only)
  t.equal(room.longest, 62.5)
})

import t from 'tap'
import { append, type Chain, type Link, remove } from '../../src/store/chain.ts'

interface Member extends Link<Member> {
  readonly name: string
}

function fill(names: string) {
  const chain: Chain<Member> = {}
  const members = [...names].map((name): Member => ({ name }))
  for (const member of members) append(chain, member)
  return { chain, members }
}

function read({ first, last }: Chain<Member>): { forwards: string; backwards: string } {
  let forwards = ''
  let backwards = ''
  for (let member = first; member; member = member.after) forwards += member.name
  for (let member = last; member; member = member.before) backwards += member.name
  return { forwards, backwards }
}

const table: [leaves: string, left: string][] = [
  ['', 'abc'],
  ['a', 'bc'],
  ['b', 'ac'],
  ['c', 'ab'],
  ['ac', 'b'],
  ['cba', ''],
]
for (const [leaves, left] of table) {
  t.test(`abc without ${leaves || 'nothing'}`, async (t) => {
    const { chain, members } = fill('abc')
    for (const name of leaves) {
      const member = members.find((one) => one.name === name)
      if (member) remove(chain, member)
    }
    t.same(read(chain), { forwards: left, backwards: [...left].reverse().join('') })
    append(chain, { name: 'd' })
    t.equal(read(chain).forwards, `${left}d`)
  })
}

t.test('who comes back is the last', async (t) => {
  const { chain, members } = fill('abc')
  const [a] = members
  if (!a) throw new Error('no members')
  remove(chain, a)
  append(chain, a)
  t.same(read(chain), { forwards: 'bca', backwards: 'acb' })
})

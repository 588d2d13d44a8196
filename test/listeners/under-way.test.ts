import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { createUnderWay } from '../../src/listeners/under-way.ts'

const respond = () => new EventEmitter() as ServerResponse

t.test('none is under way', async (t) => {
  await createUnderWay().none()
  t.pass()
})

t.test('waits for all', async () => {
  const underWay = createUnderWay()
  const [one, other, late] = [respond(), respond(), respond()]
  underWay.add(one)
  one.emit('close')
  underWay.add(other)
  underWay.add(late)
  const ended: string[] = []
  const none = underWay.none().then(() => ended.push('none'))
  other.emit('close')
  await new Promise(setImmediate)
  t.same(ended, [])
  late.emit('close')
  await none
  t.same(ended, ['none'])
})

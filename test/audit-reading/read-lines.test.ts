import t from 'tap'
import { overlong, readLines } from '../../src/audit-reading/read-lines.ts'

const MiB = 1024 * 1024

async function read(...chunks: (string | Buffer)[]) {
  const bytes = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk as string)
  }
  const lines: (string | typeof overlong)[] = []
  for await (const batch of readLines(bytes())) lines.push(...batch)
  return lines
}

t.test('lines, wherever they are cut', async (t) => {
  t.same(await read(), [])
  t.same(await read('a\nb\n'), ['a', 'b'])
  t.same(await read('a\nb'), ['a', 'b'])
  t.same(await read('a', 'b\n', '\nc\n'), ['ab', '', 'c'])
  const euro = Buffer.from('€')
  t.same(await read(euro.subarray(0, 1), euro.subarray(1), '\n'), ['€'])
})

t.test('a line without an end is not kept', async (t) => {
  const half = 'x'.repeat(MiB / 2 + 1)
  t.same(await read(half, half, half, '\nb\n'), [overlong, 'b'])
  t.same(await read(half, half), [overlong])
  t.same(
    await read(`a\n${half}${half}\nb`),
    ['a', `${half}${half}`, 'b'],
    'what is there at once has no cost',
  )
})

import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '../../src/store/memory.ts'
import { missing } from '../lab/redis/server.ts'
import { benchServer, benchSignIns } from './store-server.ts'

// What a write costs where there is room and where there is none, what an operation costs on a server, and how often a
// sign-in asks: `npm run bench:store`.
const writes = 200_000
const bound = 50_000
const value = JSON.stringify({ clientId: 'web', scope: ['openid', 'profile'], startedAt: 1, drives: 0 })
const keys = Array.from({ length: writes }, () => `in-flight:${randomBytes(32).toString('base64url')}`)
const owners = Array.from({ length: 500 }, (_, at) => ({ kind: 'stranger', name: `192.0.2.${at}` }))
const mib = 1024 * 1024

/** Microseconds of processor time a write takes once `bound` entries are there. */
async function measure(maxEntries, pick) {
  const store = createMemoryStore(Date.now, maxEntries, () => 1024 * mib)
  for (let at = 0; at < bound; at++) await store.set(keys[at], value, 3_600_000, pick(at))
  const before = process.cpuUsage()
  for (let at = bound; at < writes; at++) await store.set(keys[at], value, 3_600_000, pick(at))
  const micros = process.cpuUsage(before).user / (writes - bound)
  await store.close()
  return micros
}

const print = (text) => process.stdout.write(`${text}\n`)
const rows = {
  'one owner': () => undefined,
  '500 owners': (at) => owners[at % owners.length],
  'an owner for each': (at) => ({ kind: 'stranger', name: `${at}` }),
}
await measure(bound, rows['one owner'])
print('owners             with room  at the bound  ratio')
for (const [name, pick] of Object.entries(rows)) {
  const free = await measure(writes * 2, pick)
  const full = await measure(bound, pick)
  const told = [`${free.toFixed(2)} µs`, `${full.toFixed(2)} µs`, (full / free).toFixed(2)]
  print(`${name.padEnd(18)} ${told[0].padStart(9)}  ${told[1].padStart(12)}  ${told[2].padStart(5)}`)
}

if (missing === undefined) {
  await benchServer()
  await benchSignIns()
} else print(`\n${missing}`)

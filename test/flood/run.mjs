import { flood } from './flood.ts'

// 200,000 anonymous requests of the largest accepted size against a gateway with a heap of 256 MB: `npm run test:flood`,
// with another number of requests and another heap in MiB if wanted.
const [requests = 200_000, heapMib = 256] = process.argv.slice(2).map(Number)
const print = (text) => process.stdout.write(`${text}\n`)

print(`${requests} anonymous requests of 46 KiB, heap ${heapMib} MiB`)
const result = await flood({
  requests,
  heapMib,
  onProgress: (sent, rss) => print(`  ${sent} sent, the process takes ${Math.round(rss)} MiB`),
})
const { statuses, seconds, peakMib, isUp, lastWords, signIns } = result
const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
print(`answers: ${answers.join(', ')} in ${Math.round(seconds)} s`)
print(
  isUp ? `the process is up; it took ${Math.round(peakMib)} MiB at most` : `the process ended:\n${lastWords}`,
)
for (const [where, subs] of Object.entries(signIns)) print(`sign-ins that were ${where}: ${subs.join(', ')}`)
const finished = Object.values(signIns).flat()
process.exitCode = isUp && finished.length > 0 && finished.every((sub) => sub === 'user-alice') ? 0 : 1

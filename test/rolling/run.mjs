import { version } from '../lab/redis/server.ts'
import { isOfProtected, questions } from './askers.ts'
import { kinds } from './people.ts'
import { restartUnderLoad } from './rolling-restart.ts'
import { loseStore } from './store-outage.ts'
import { ways } from './stores.ts'

// Two gateways, as built, on one store behind HAProxy, while people sign in without pause: both are restarted twice, and
// the store goes in several ways. `npm run test:rolling`, or with words of the parts that are wanted: `-- restart`.
const print = (text) => process.stdout.write(`${text}\n`)
const words = process.argv.slice(2)
const isWanted = (name) => words.length === 0 || words.some((word) => name.includes(word))
const program = 'built'
const checks = { intervalMs: 200, fall: 2 }
const faults = []
const row = (...cells) =>
  print(
    `  ${cells.map((cell, at) => String(cell)[at === 0 ? 'padEnd' : 'padStart'](at === 0 ? 34 : 14)).join('')}`,
  )

async function restart() {
  const shutdown = { delay: '1s', grace: '8s' }
  print(
    `rolling restart, twice: checks every ${checks.intervalMs} ms, delay ${shutdown.delay}, grace ${shutdown.grace}`,
  )
  const result = await restartUnderLoad({
    rounds: 2,
    between: 10,
    people: 2,
    shutdown,
    checks,
    program,
    print: (line) => print(`  ${line}`),
  })
  const { signIns, failures, exitCodes, downloads, cuts, seconds } = result
  row('sign-ins', 'finished', 'longest', 'longest gap')
  for (const kind of kinds)
    row(kind, signIns[kind].finished, `${signIns[kind].longestMs} ms`, `${signIns[kind].longestGapMs} ms`)
  row('failed', failures.length)
  row('downloads of 2 s', `${downloads.whole} whole`, `${downloads.broken.length} broken`)
  row('streams of events', `${cuts} cut`)
  row('exit codes', exitCodes.join(' '))
  print(`  in ${Math.round(seconds)} s`)
  for (const failure of failures) print(failure)
  faults.push(...failures, ...downloads.broken, ...exitCodes.filter((code) => code !== 0))
}

async function lose(way) {
  print(way)
  const result = await loseStore(way, { answers: 50, people: 1, checks, program })
  row(`while it is gone (${result.goneMs} ms)`, 'answers', 'longest', 'median', 'before')
  for (const question of questions) {
    const { statuses, maxMs, medianMs, medianBeforeMs } = result.answers[question]
    const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
    row(question, counts.join(', '), `${maxMs} ms`, `${medianMs} ms`, `${medianBeforeMs} ms`)
    if (isOfProtected(question) && maxMs >= 1000) faults.push(`${question}: ${maxMs} ms`)
  }
  row('sign-ins, off', `${result.off.finished} finished`, `${result.off.failed} failed`)
  for (const [kind, ms] of Object.entries(result.recoveryMs))
    row(`first sign-in after it, ${kind}`, `${ms} ms`)
  for (const [name, seen] of Object.entries(result.interrupted))
    print(
      `  ${name}: ${seen.status} ${seen.text.slice(0, 100)} … then ${seen.isSignedInAfterwards ? 'signed in' : 'NOT signed in'}`,
    )
  for (const [page, count] of Object.entries(result.pages)) print(`  ${count} × ${page}`)
  faults.push(...result.unexpected, ...result.internalErrors)
  if (result.off.failed > 0) faults.push('a client that is off noticed')
  faults.push(
    ...Object.values(result.interrupted).filter((seen) => seen.status >= 500 || !seen.isSignedInAfterwards),
  )
}

print(`the store: ${version()}`)
if (isWanted('restart')) await restart()
for (const way of Object.keys(ways)) if (isWanted(way)) await lose(way)
for (const fault of faults) print(`WRONG: ${typeof fault === 'string' ? fault : JSON.stringify(fault)}`)
print(faults.length === 0 ? 'all held' : `${faults.length} did not hold`)
process.exitCode = faults.length === 0 ? 0 : 1

import { once } from 'node:events'
import t from 'tap'
import { type Examination, examineAll, type Report } from '../../src/doctor/examination.ts'
import { type Finding, fine, unknown, wrong } from '../../src/doctor/finding.ts'
import { openSetting } from '../../src/doctor/setting.ts'
import { makeConfig } from '../upstream/config.ts'

const setting = openSetting(makeConfig({}), {}, { track: false })
t.teardown(() => setting.close())

const broken = wrong('consent', 'is broken', 'repair it')
const failed = (about: string) =>
  wrong('not_examined', about, 'docs/doctor.md lists what is asked: let doctor reach it')
const of = (
  name: string,
  needs: string[],
  examine: Examination['examine'],
  longestMs?: number,
): Examination => ({
  name,
  needs,
  examine,
  ...(longestMs !== undefined && { longestMs }),
})
const finds =
  (...findings: Finding[]) =>
  async () =>
    findings
const never = (_setting: unknown, signal: AbortSignal) =>
  once(signal, 'abort').then((): Finding[] => {
    throw new Error('ended')
  })

async function collect(examinations: readonly Examination[], stop = new AbortController().signal) {
  const reports: Report[] = []
  for await (const report of examineAll(examinations, setting, stop)) reports.push(report)
  return reports
}

t.test('what needs a broken thing is skipped, and what needs that', async (t) => {
  t.strictSame(
    await collect([
      of('a', [], finds(broken, fine('works'))),
      of('b', ['a'], finds()),
      of('c', ['a', 'b', 'd'], finds()),
      of('d', [], finds(unknown('who knows'))),
      of('e', ['d'], finds(fine('works'))),
    ]),
    [
      { name: 'a', kind: 'examined', findings: [broken, fine('works')] },
      { name: 'b', kind: 'skipped', because: ['a'] },
      { name: 'c', kind: 'skipped', because: ['a', 'b'] },
      { name: 'd', kind: 'examined', findings: [unknown('who knows')] },
      { name: 'e', kind: 'examined', findings: [fine('works')] },
    ],
  )
})

t.test('what fails, or does not end, is wrong, and nothing rests on it', async (t) => {
  // The time limit alone keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))
  const fails = () => Promise.reject(new Error('with a s3cret'))
  t.strictSame(await collect([of('a', [], fails), of('b', [], never, 1), of('c', ['b'], finds())]), [
    { name: 'a', kind: 'examined', findings: [failed('it could not be examined')] },
    { name: 'b', kind: 'examined', findings: [failed('what is asked does not answer in time')] },
    { name: 'c', kind: 'skipped', because: ['b'] },
  ])
})

t.test('it ends at once', async (t) => {
  const stop = new AbortController()
  const stops = async () => {
    stop.abort()
    return [broken]
  }
  t.strictSame(await collect([of('a', [], finds()), of('b', [], stops), of('c', [], finds())], stop.signal), [
    { name: 'a', kind: 'examined', findings: [] },
  ])
  t.strictSame(await collect([of('a', [], never)], stop.signal), [])
  const later = new AbortController()
  const waits = collect([of('a', [], (_setting, _signal) => new Promise(() => later.abort()))], later.signal)
  t.strictSame(await waits, [])
})

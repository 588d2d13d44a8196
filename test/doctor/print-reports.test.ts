import t from 'tap'
import { fine, unknown, wrong } from '../../src/doctor/finding.ts'
import { countWrong, printReport, printReportAsJson } from '../../src/doctor/print-reports.ts'

const report = {
  name: 'provider',
  kind: 'examined',
  findings: [
    fine('it works'),
    wrong('issuer_mismatch', 'the OP calls itself \u001b[2J\u202e', 'set provider.issuer'),
    unknown('who knows', 'ask'),
    unknown('nobody knows'),
  ],
} as const
const skipped = { name: 'probe client', kind: 'skipped', because: ['provider', 'x'] } as const

t.same(printReport(report), [
  'fine     provider        it works',
  'wrong    provider        the OP calls itself ?[2J? -> set provider.issuer (issuer_mismatch)',
  'unknown  provider        who knows -> ask',
  'unknown  provider        nobody knows',
])
t.same(printReport(skipped), ['skipped  probe client    first repair what is wrong at: provider, x'])

const lines = printReportAsJson(report)
t.ok(lines.every((line) => /^[ -~]+$/.test(line)))
t.same(
  lines.map((line) => JSON.parse(line)),
  report.findings.map((finding) => JSON.parse(JSON.stringify({ examination: 'provider', ...finding }))),
)
t.same(printReportAsJson(skipped), [
  '{"examination":"probe client","kind":"skipped","because":["provider","x"]}',
])
t.equal(countWrong(report), 1)
t.equal(countWrong(skipped), 0)

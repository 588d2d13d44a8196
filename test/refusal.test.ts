import t from 'tap'
import { Refusal, type RefusalCode } from '../src/refusal.ts'
import { statuses } from './http/statuses.ts'

for (const [code, statusCode] of Object.entries(statuses) as [RefusalCode, number][]) {
  t.test(`${code} is answered ${statusCode}`, async (t) => {
    const cause = new Error('why')
    const refusal = new Refusal(code, 'for the log', { cause })
    t.match(refusal, { name: 'Refusal', message: 'for the log', code, statusCode, cause })
    t.ok(refusal instanceof Error)
  })
}

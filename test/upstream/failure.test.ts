import t from 'tap'
import { publicAddressCode } from '../../src/http/private-lookup.ts'
import { Refusal } from '../../src/refusal.ts'
import { silentCode } from '../../src/upstream/exchange.ts'
import { toUpstreamRefusal } from '../../src/upstream/failure.ts'

const coded = (code: string): Error =>
  Object.assign(new Error('keycloak resolves to a public address'), { code })

const table: [failure: unknown, code: string, detail: RegExp][] = [
  [coded('HPE_HEADER_OVERFLOW'), 'upstream_unreadable', /longer than maxHeaderSize$/],
  [coded('HPE_INVALID_HEADER_TOKEN'), 'upstream_unreadable', /./],
  [coded(silentCode), 'upstream_timeout', /^OP_SILENT$/],
  [new DOMException('timed out', 'TimeoutError'), 'upstream_timeout', /./],
  [coded('ECONNREFUSED'), 'upstream_unreachable', /^ECONNREFUSED$/],
  [coded(publicAddressCode), 'upstream_unreachable', /resolves to a public address/],
  [new Error('odd'), 'upstream_unreachable', /^Error$/],
  ['odd', 'upstream_unreachable', /^string$/],
  [new Refusal('store_unavailable', 'as it is'), 'store_unavailable', /^as it is$/],
]

for (const [failure, code, detail] of table) {
  t.test(`${failure instanceof Error ? failure.name : failure} is ${code}`, async (t) => {
    const refusal = toUpstreamRefusal(failure)
    t.equal(refusal.code, code)
    t.match(refusal.message, detail)
  })
}

import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { isOwnForm, requireOwnForm } from '../../src/http/own-form.ts'

const publicUrl = 'https://login.example.com'
const sameOrigin = { 'sec-fetch-site': 'same-origin' } as const

const cases: [title: string, expected: boolean, headers: IncomingHttpHeaders, method?: string][] = [
  ['of this origin', true, { origin: publicUrl }],
  ['of a page with a strict Referrer-Policy', true, { origin: 'null', ...sameOrigin }],
  ['of a browser that sends no Origin', true, sameOrigin],
  ['that does not say', false, {}],
  ['of an opaque origin', false, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['of a sibling', false, { origin: 'https://www.example.com', 'sec-fetch-site': 'same-site' }],
  ['of another origin, whatever else it says', false, { origin: 'https://evil.example', ...sameOrigin }],
  ['that is a GET', false, { origin: publicUrl, ...sameOrigin }, 'GET'],
]

for (const [title, expected, headers, method = 'POST'] of cases) {
  t.test(`a form ${title}`, async (t) => {
    const request = { method, headers } as FastifyRequest
    t.equal(isOwnForm(request, publicUrl), expected)
    if (expected) t.doesNotThrow(() => requireOwnForm(request, publicUrl))
    else t.throws(() => requireOwnForm(request, publicUrl), { code: 'malformed_headers' })
  })
}

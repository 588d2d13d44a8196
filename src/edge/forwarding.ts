export { normalizeHost, readHost } from './host.ts'
export { type Arrival, toUpstreamHeaders } from './request-headers.ts'
export { fromUpstreamHeaders } from './response-headers.ts'

/** `version-trace_id-parent_id-flags`; later versions may have more behind a further dash. */
const traceparent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/

/** The trace id of a `traceparent` header (W3C Trace Context 3.2.2), 32 hex digits; undefined where it is not valid. */
export function readTraceId(header: string | string[] | undefined): string | undefined {
  const [, version, traceId, more] = traceparent.exec(String(header)) ?? []
  return version === '00' && more !== undefined ? undefined : traceId
}

import type { Attributes, Tracing } from '../../src/tracing/tracing.ts'

/** A call as its span tells it. */
interface RecordedCall {
  readonly opened: Attributes
  set?: Attributes
  ended?: Attributes
}

/** Writes down the calls that are traced; nothing else is asked of it. */
export function recordCalls(): { readonly tracing: Tracing; readonly calls: readonly RecordedCall[] } {
  const calls: RecordedCall[] = []
  const tracing: Pick<Tracing, 'openCall'> = {
    openCall(_name, opened) {
      const call: RecordedCall = { opened }
      calls.push(call)
      return {
        headers: undefined,
        set(attributes) {
          call.set = { ...call.set, ...attributes }
        },
        end(attributes) {
          call.ended = attributes
        },
      }
    },
  }
  return { tracing: tracing as Tracing, calls }
}

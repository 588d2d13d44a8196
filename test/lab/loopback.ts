import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'

/**
 * Browsers take `localhost` and `*.localhost` for this machine without asking DNS (RFC 6761 6.3); Node asks the
 * system, which may know only `localhost`, or answer ::1 where the lab listens on 127.0.0.1. The lab asks nobody.
 */
export const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  if (!isLoopbackName(hostname)) {
    callback(new Error(`the lab does not leave this machine: ${hostname}`), '', 0)
  } else if (options.all === true) {
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  } else {
    callback(null, '127.0.0.1', 4)
  }
}

function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost')
}

/** An undici dispatcher whose names are those of this machine. */
export function createLoopbackAgent(): Agent {
  return new Agent({ connect: { lookup: lookupLoopback } })
}

/** What a `fetch` of the lab needs to know of a request; openid-client's options fit. */
export interface LoopbackRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  readonly redirect?: 'manual' | 'follow' | 'error'
  readonly signal?: AbortSignal
}

/** `fetch` over such an agent, in the shape that openid-client takes as its custom fetch. */
export function createLoopbackFetch(
  agent: Agent,
): (url: string, init?: LoopbackRequest) => Promise<Response> {
  return async (url, init = {}) => {
    const response = await undiciFetch(url, { ...init, dispatcher: agent } as Parameters<
      typeof undiciFetch
    >[1])
    // undici's Response class is the one that Node ships as the global, compiled apart.
    return response as unknown as Response
  }
}

/** How one part does. `warning`: an operator should look, and requests are answered all the same. */
export interface Part {
  readonly status: 'ok' | 'warning' | 'unavailable'
  /** A sentence each, for operators. */
  readonly details?: readonly string[]
  /** What else is known of it, such as the version of the configuration. */
  readonly [fact: string]: unknown
}

/** What the gateway consists of, for those who watch over it. */
export type Parts = Readonly<
  Record<'provider' | 'keys' | 'store' | 'authsignal' | 'clocks' | 'front' | 'configuration', Part>
>

/** What `/readyz` says. */
export interface Health {
  readonly status: 'ok' | 'unavailable'
  /** Why it is unavailable. */
  readonly reason?: string
  readonly parts: Parts
  /** What is likely a mistake, in sentences. */
  readonly warnings?: readonly string[]
}

/** A part that is as it should be. */
export const ok: Part = { status: 'ok' }

/** A part of which nothing is to be said, or what is likely a mistake. */
export const warnOf = (details: readonly string[]): Part =>
  details.length > 0 ? { status: 'warning', details } : ok

/**
 * Whether requests should come here, and what an operator should know. A warning makes nothing unready: all instances
 * would go at once, with every sign-in that needs no step-up.
 *
 * @param isEnding the process was asked to end.
 */
export function describeHealth(parts: Parts, isEnding: boolean): Health {
  const all = Object.values(parts)
  const saidBy = (status: Part['status']) =>
    all.flatMap((part) => (part.status === status ? (part.details ?? []) : []))
  const reasons = isEnding ? ['this gateway is shutting down'] : saidBy('unavailable')
  const warnings = saidBy('warning')
  return {
    status: reasons.length > 0 ? 'unavailable' : 'ok',
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
    parts,
    ...(warnings.length > 0 && { warnings }),
  }
}

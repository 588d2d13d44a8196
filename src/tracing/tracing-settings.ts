/** How traces are sent, as far as the SDK does not read it itself. */
export interface TracingSettings {
  readonly protocol: Protocol
  /** Whether traces are taken over from requests, and handed on with those that the gateway sends. */
  readonly isPropagated: boolean
}

export type Protocol = (typeof protocols)[number]

const protocols = ['http/protobuf', 'http/json'] as const

/** Spellings of "no" in lists of the environment. */
const none = 'none'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What the standard environment variables ask for (OpenTelemetry specification, "Environment Variable Specification" and
 * "OpenTelemetry Protocol Exporter"). Traces are off unless OTEL_TRACES_EXPORTER is `otlp` or an OTLP endpoint is set:
 * the specification's own default would have every gateway look for a collector on its machine.
 *
 * @returns undefined where nobody asked; a fault where what is asked for is not possible.
 */
export function readTracingSettings(
  env: Environment,
): TracingSettings | { readonly fault: string } | undefined {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  const endpoints = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const
  const asked = read('OTEL_TRACES_EXPORTER') ?? (endpoints.some(read) ? 'otlp' : none)
  if (asked === none) return undefined
  if (asked !== 'otlp') return { fault: `OTEL_TRACES_EXPORTER is "${asked}", expected otlp or none` }
  const odd = endpoints.find((name) => !isHttpUrl(read(name)))
  if (odd !== undefined) return { fault: `${odd} is no http or https URL` }
  const names = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']
  const name = names.find(read) ?? ''
  const wanted = read(name) ?? protocols[0]
  const protocol = protocols.find((known) => known === wanted)
  if (protocol === undefined) return { fault: `${name} is "${wanted}", expected ${protocols.join(' or ')}` }
  const propagators = (read('OTEL_PROPAGATORS') ?? 'tracecontext').split(',').map((word) => word.trim())
  if (!propagators.includes('tracecontext') && !propagators.includes(none))
    return { fault: `OTEL_PROPAGATORS is "${propagators}", expected tracecontext or none` }
  return { protocol, isPropagated: !propagators.includes(none) }
}

const isHttpUrl = (value: string | undefined): boolean =>
  value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))

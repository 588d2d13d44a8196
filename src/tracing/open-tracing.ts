import type { Tracing } from './tracing.ts'
import { readTracingSettings } from './tracing-settings.ts'
import type { TracingWatch } from './tracing-watch.ts'

/**
 * Tracing as the environment asks for it; undefined where it is off. The SDK is loaded only where it is on.
 *
 * @param env of the process: the SDK reads more of it.
 */
export async function openTracing(
  env: Readonly<Record<string, string | undefined>>,
  watch: TracingWatch,
): Promise<Tracing | undefined> {
  const settings = readTracingSettings(env)
  if (settings === undefined) return undefined
  if ('fault' in settings) {
    watch.impossible(settings.fault)
    return undefined
  }
  const { startSdk } = await import('./sdk.ts')
  return startSdk(settings, watch)
}

import type { LenientStage } from './lenient-stage.ts'
import { authorizeQuery } from './real-stage.ts'
import { type Answer, form, navigation, send } from './wire.ts'

/** Where parameters can be sent, and in which of two places. */
export const channels = {
  'authorize, query': 'authorize',
  'authorize, body': 'authorize-body',
  'authorize, query against body': 'authorize-both',
  'token, body': 'token',
  'par, body': 'par',
  'device authorization, body': 'device',
} as const

export type Channel = (typeof channels)[keyof typeof channels]

/** Every combination of a channel and something else, by name. */
export function overChannels<V>(
  values: Readonly<Record<string, V>>,
  only: readonly Channel[] = Object.values(channels),
): Record<string, { channel: Channel; value: V }> {
  return Object.fromEntries(
    Object.entries(channels)
      .filter(([, channel]) => only.includes(channel))
      .flatMap(([place, channel]) =>
        Object.entries(values).map(([name, value]) => [`${place}: ${name}`, { channel, value }]),
      ),
  )
}

const paths = { token: '/connect/token', par: '/connect/par', device: '/connect/deviceauthorization' }

/**
 * Sends a good request of `web`, and `extra` with it as it stands.
 *
 * @param without parameters that the good request leaves out, since `extra` says them.
 */
export function sendWith(
  { world, cookie }: LenientStage,
  channel: Channel,
  extra: string,
  without: readonly string[] = [],
): Promise<Answer> {
  const absent = Object.fromEntries(without.map((name) => [name, '']))
  const query = authorizeQuery(world.web, absent)
  const path = '/connect/authorize'
  const browser = [cookie, ...navigation]
  switch (channel) {
    case 'authorize':
      return send(world.publicUrl, { target: `${path}?${query}&${extra}`, headers: browser })
    case 'authorize-body':
      return send(world.publicUrl, {
        method: 'POST',
        target: path,
        headers: [...browser, form],
        body: `${query}&${extra}`,
      })
    case 'authorize-both':
      return send(world.publicUrl, {
        method: 'POST',
        target: `${path}?${query}`,
        headers: [...browser, form],
        body: extra,
      })
    case 'token':
    case 'par':
    case 'device': {
      const own = { client_id: 'web', client_secret: 'x', grant_type: 'authorization_code', code: 'stolen' }
      const body = new URLSearchParams(Object.entries(own).filter(([name]) => !without.includes(name)))
      return send(world.publicUrl, {
        method: 'POST',
        target: paths[channel],
        headers: [form],
        body: `${body}&${extra}`,
      })
    }
  }
}

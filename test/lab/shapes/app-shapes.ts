import assert from 'node:assert/strict'
import { freePorts } from '../ports.ts'
import { withApp } from './app.ts'
import type { Shape } from './shape.ts'
import { publicClient } from './token-shapes.ts'

/** A native client; `toRun` makes of its registered redirect URI that of one run. */
function startNative(
  name: string,
  client: Shape['client'],
  toRun: (registered: string) => Promise<string>,
): Shape {
  return {
    name,
    client,
    play: async (stage) => {
      const redirectUri = await toRun(client.redirect_uris?.[0] ?? '')
      return withApp(stage, client, { redirectUri }, async (app) => {
        const { arrival, view } = await app.signIn({ parameters: { prompt: 'consent' } })
        assert.ok(arrival.url.href.startsWith(`${redirectUri}?`), arrival.url.href)
        assert.match(JSON.stringify(view), /"sub":"user-alice"/)
        // The port is another one in each run.
        return JSON.parse(
          JSON.stringify({ view, seen: app.seen }).replaceAll(redirectUri, 'the redirect URI'),
        )
      })
    },
  }
}

const onAnyPort = async (registered: string): Promise<string> => {
  const url = new URL(registered)
  url.port = String((await freePorts(1))[0])
  return url.href
}

/** Clients on a person's own machine (RFC 8252 7). */
export const APP_SHAPES: readonly Shape[] = [
  startNative(
    'a native client on whatever port of 127.0.0.1 is free',
    publicClient('native', 'http://127.0.0.1/callback', 'native'),
    onAnyPort,
  ),
  startNative(
    'a native client on whatever port of ::1 is free',
    publicClient('native-v6', 'http://[::1]/callback', 'native'),
    onAnyPort,
  ),
  startNative(
    'a native client with a scheme of its own',
    publicClient('mobile', 'com.example.app:/callback', 'native'),
    async (registered) => registered,
  ),
]

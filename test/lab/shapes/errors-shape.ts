import assert from 'node:assert/strict'
import { openBackChannel } from './back-channel.ts'
import type { Shape } from './shape.ts'
import { publicClient } from './token-shapes.ts'

const ORIGIN = 'http://failing.localhost:5999'
const client = publicClient('failing', `${ORIGIN}/callback`, 'web')

/** Of an error a script needs the code; the words beside it are for people. */
export const SPA_ERRORS_SHAPE: Shape = {
  name: 'what a script in a browser may read of errors at the token endpoint',
  client,
  play: async ({ world }) => {
    const channel = openBackChannel(ORIGIN)
    const ask = async (form: Record<string, string>): Promise<unknown> => {
      const answer = await channel.fetch(`${world.publicUrl}/connect/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ client_id: client.client_id, ...form }).toString(),
      })
      const { error } = (await answer.json()) as { error?: unknown }
      return { status: answer.status, error, allows: answer.headers.get('access-control-allow-origin') }
    }
    try {
      const code = {
        grant_type: 'authorization_code',
        code: 'none of ours',
        redirect_uri: `${ORIGIN}/callback`,
        code_verifier: 'x'.repeat(43),
      }
      const answers = [
        await ask(code),
        await ask({ grant_type: 'refresh_token', refresh_token: 'none of ours' }),
      ]
      const expected = { status: 400, error: 'invalid_grant', allows: ORIGIN }
      assert.deepEqual(answers, [expected, expected])
      return answers
    } finally {
      await channel.close()
    }
  },
}

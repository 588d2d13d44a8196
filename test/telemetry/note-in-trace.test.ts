import t from 'tap'
import { noteInTrace } from '../../src/telemetry/note-in-trace.ts'

t.test('what was decided and why, and not about whom', async (t) => {
  const notes: unknown[] = []
  const note = noteInTrace({ note: (...parts) => notes.push(parts) })
  note({
    audit: 'refused',
    client_id: 'web',
    subject: 'user-alice',
    session: 'abcdef',
    mode: 'enforce',
    leg: 'request',
    policy_at: 'gateway.yaml:9',
    key: 'clients.web.redirectUris',
    verdict: 'refuse',
    reason: 'unlisted_redirect_uri',
    error: 'unlisted_redirect_uri',
    status: 400,
    value: 'https://evil.example/?code=1',
    path: '/connect/authorize',
  })
  t.strictSame(notes, [
    [
      'refused',
      {
        'step_up.client_id': 'web',
        'step_up.mode': 'enforce',
        'step_up.leg': 'request',
        'step_up.key': 'clients.web.redirectUris',
        'step_up.verdict': 'refuse',
        'step_up.reason': 'unlisted_redirect_uri',
        'step_up.error': 'unlisted_redirect_uri',
        'step_up.status': 400,
      },
    ],
  ])
})

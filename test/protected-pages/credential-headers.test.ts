import t from 'tap'
import { couldNameUser } from '../../src/protected-pages/credential-headers.ts'

const cookies = ['_session', 'idsrv*', '.AspNetCore.Id']

t.test('headers by which a server could know somebody', async (t) => {
  const names = [
    ...[
      'x-auth-token',
      'token',
      'x-api-key',
      'x-session-id',
      'x-cert',
      'certificate',
      'x-user',
      'x-auth',
      'x-auth-id',
    ],
    ...['session', 'x-idsrvc1', 'idsrv', 'aspnetcore-id', 'x-aspnetcoreid', 'http-aspnetcoreid', 'cookie2'],
  ]
  for (const name of names) t.ok(couldNameUser(name, cookies), name)
  const others = [
    ...[
      'authorization',
      'x-csrf-token',
      'x-xsrf-token',
      'requestverificationtoken',
      'dpop',
      'prefer',
      'x-request-id',
    ],
    ...['idempotency-key', 'odata-version', 'traceparent', 'x-idsr', 'aspnetcore'],
  ]
  for (const name of others) t.notOk(couldNameUser(name, cookies), name)
})

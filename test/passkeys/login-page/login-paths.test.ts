import t from 'tap'
import { createIsLoginPath } from '../../../src/passkeys/login-page/login-paths.ts'

t.test('paths of the login page', async (t) => {
  const isLoginPath = createIsLoginPath(['/login', '/interaction/*', '/a.b/*/c', '/'])
  for (const path of ['/login', '/interaction/x', '/interaction/x.y', '/a.b/1/c', '/'])
    t.equal(isLoginPath(path), true, path)
  const others = [
    ...['/login/', '/LOGIN', '//login', '/interaction', '/interaction/', '/interaction/x/y', '/axb/1/c', ''],
    ...['/a.b//c', '/interaction/x/', 'login'],
  ]
  for (const path of others) t.equal(isLoginPath(path), false, path)
  t.equal(createIsLoginPath([])('/login'), false)
})

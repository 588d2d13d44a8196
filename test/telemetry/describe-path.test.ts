import t from 'tap'
import { describePath } from '../../src/telemetry/describe-path.ts'

t.test('the log shows a path without query, parameters and ids', async (t) => {
  const table: [target: string, isRead: boolean, shown: string][] = [
    ['/connect/authorize?code=secret', true, '/connect/authorize'],
    ['/login;jsessionid=secret', true, '/login'],
    ['/login#id_token=secret', true, '/login'],
    ['/interaction/V1StGXR8_Z5jdHi6B-myT/login', true, '/interaction/…/login'],
    ['/Account/TwoFactorAuthentication', true, '/Account/TwoFactorAuthentication'],
    [
      '/realms/my%20realm/.well-known/openid-configuration',
      true,
      '/realms/my%20realm/.well-known/openid-configuration',
    ],
    ['/step-up/return/id/nonce', true, '/step-up/return/…'],
    ['/step-up/backchannel-logout', true, '/step-up/backchannel-logout'],
    ['/STEP-UP/Return/id/nonce', false, '/STEP-UP/Return/…'],
    ['/step-up/%72eturn/id/nonce', false, '/step-up/…'],
    ['/a/../b', false, '/a/../b'],
    ['', false, ''],
  ]
  for (const [target, isRead, shown] of table) t.equal(describePath(target, isRead), shown, target)
})

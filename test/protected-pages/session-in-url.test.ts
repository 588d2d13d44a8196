import t from 'tap'
import { parseTarget } from '../../src/http/target.ts'
import { couldHoldSession } from '../../src/protected-pages/session-in-url.ts'

const cookies = ['_session', 'Portal.ID', 'chunk*']

t.test('a session in a URL', async (t) => {
  const held = [
    '/account;jsessionid=a',
    '/account%3Bjsessionid=a',
    '/account%253bjsessionid=a',
    '/(S(abc))/account',
    '/%28S%28abc))/account',
    '/account?access_token=a',
    '/account?ACCESS_TOKEN=a',
    '/account?a=b&_session=c',
    '/account?%5Fsession=c',
    '/account?_SESSION[]=c',
    '/account?a;_session=1',
    '/account?portal.id=1',
    '/account?portal_id=1',
    '/account?chunk7=1',
    '/account?oauth_token=1',
    `/account?${'a&'.repeat(1001)}`,
    `/account?${'a'.repeat(257)}=1`,
  ]
  for (const target of held)
    for (const isKnown of [false, true]) t.ok(couldHoldSession(parseTarget(target), cookies, isKnown), target)
  const usual = ['/account?PHPSESSID=a', '/account?a;sid=1', '/account?jsessionid=1']
  for (const target of usual) {
    t.ok(couldHoldSession(parseTarget(target), cookies, false), target)
    t.notOk(couldHoldSession(parseTarget(target), cookies, true), 'a page may speak of sessions')
  }
  const free = [
    '/account',
    '/account?',
    '/account(1)',
    '/account?a=sid',
    '/account?my_session=1',
    '/sid/account?x_sid=2',
    '/a?chun=1',
  ]
  for (const target of free) t.notOk(couldHoldSession(parseTarget(target), cookies, false), target)
})

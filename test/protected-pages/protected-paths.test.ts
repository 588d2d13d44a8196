import t from 'tap'
import { parseTarget } from '../../src/http/target.ts'
import { createFindPage, type GuardedPage } from '../../src/protected-pages/protected-paths.ts'

interface Page extends GuardedPage {
  readonly name: string
}

const page = (name: string, path: string, httpMethods: string[] = [], mode = 'enforce'): Page => ({
  ...{ name, path, httpMethods },
  policy: { mode },
})
const finder = (...pages: Page[]) => {
  const find = createFindPage(pages)
  return (target: string, method = 'GET') => find(parseTarget(target), method)?.name
}

t.test('a page, with all that is below it, in every spelling', async (t) => {
  const find = finder(page('account', '/account/'), page('script', '/admin/index.php'))
  const account = [
    ...[
      '/account',
      '/account/',
      '/account/a/b',
      '/ACCOUNT',
      '//account',
      '/%61ccount',
      '/account;a=b',
      '/account?x',
    ],
    ...['/account.json', '/index.php/account', '/account%2fkeys'],
  ]
  for (const target of account) t.equal(find(target), 'account', target)
  for (const target of ['/admin/index.php', '/admin/index', '/admin/index.php/x'])
    t.equal(find(target), 'script', target)
  const handedOn = [
    '/a/x.psgi/account',
    '/cgi-bin/x/account/keys',
    '/~op/account',
    '/a/x.php/b.php/account.html',
  ]
  for (const target of [...handedOn, '/account::$DATA']) t.equal(find(target), 'account', target)
  for (const target of ['/x/b.php/users', '/a/index.php/users/1'])
    t.equal(finder(page('users', '/admin/index.php/users'))(target), 'users', target)
  t.equal(finder(page('users', '/admin/index.php/users'))('/users'), undefined)
  for (const target of ['/', '/accounts', '/js/app.js/account', '/x/account', '/?/account'])
    t.equal(find(target), undefined, target)
  t.equal(finder()('/account'), undefined, 'where none is protected')
})

t.test('the first that fits counts', async (t) => {
  const find = finder(page('keys', '/account/keys'), page('account', '/account'), page('late', '/account/x'))
  t.equal(find('/account/keys/1'), 'keys')
  t.equal(find('/account/x'), 'account')
  t.throws(() => finder(page('a', '/a'), page('b', '/b'))('/a.php/b'), { code: 'ambiguous_target' })
})

t.test('methods', async (t) => {
  const named: [methods: string[], mode: string, covered: string][] = [
    [[], 'enforce', 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND'],
    [['GET'], 'enforce', 'GET HEAD OPTIONS TRACE PROPFIND'],
    [['HEAD'], 'enforce', 'HEAD OPTIONS TRACE PROPFIND'],
    [['POST'], 'enforce', 'POST OPTIONS TRACE PROPFIND'],
    [['DELETE'], 'enforce', 'POST DELETE OPTIONS TRACE PROPFIND'],
    [['PUT', 'PATCH'], 'enforce', 'POST PUT PATCH OPTIONS TRACE PROPFIND'],
    [[], 'monitor', 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND'],
    [['GET'], 'monitor', 'GET HEAD'],
    [['DELETE'], 'monitor', 'DELETE'],
  ]
  const all = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND'.split(' ')
  for (const [methods, mode, covered] of named) {
    const find = finder(page('a', '/a', methods, mode))
    t.equal(all.filter((method) => find('/a', method) === 'a').join(' '), covered, `${mode} ${methods}`)
  }
  const find = finder(page('watched', '/a', ['DELETE'], 'monitor'), page('guarded', '/a', ['POST']))
  t.equal(find('/a', 'POST'), 'guarded', 'what is only watched stands in front of nothing')
  t.equal(find('/a', 'DELETE'), 'watched')
})

t.test('what was found before is found again, for its own method', async (t) => {
  const find = finder(page('read', '/a', ['GET']), page('removed', '/a/b.css', ['DELETE']))
  for (const time of ['the first time', 'again']) {
    t.equal(find('/a/b.css', 'GET'), 'read', time)
    t.equal(find('/a/b.css', 'HEAD'), 'read', time)
    t.equal(find('/a/b.css', 'PUT'), undefined, time)
    t.equal(find('/c.css', 'GET'), undefined, time)
  }
})

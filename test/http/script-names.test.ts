import t from 'tap'
import {
  dropScriptExtension,
  handsOn,
  isProgramFolder,
  isScript,
  mayNameProgram,
} from '../../src/http/script-names.ts'

t.test('scripts', async (t) => {
  const scripts = [
    ...[
      'php php3 php8 phtml phar pht inc cgi fcgi fpl pl pm psgi py wsgi rb jsp jspx jspa jsf xhtml faces do',
    ],
    ...['action asp aspx ashx asmx svc axd cshtml cfm cfml cfc lua exe dll so nsf'],
  ].flatMap((line) => line.split(' '))
  for (const extension of scripts) {
    for (const name of [
      `x.${extension}`,
      `.${extension}`,
      `x.${extension}.en`,
      `x.${extension}~`,
      `x.y.${extension}`,
    ]) {
      t.ok(isScript(name) && handsOn(name), name)
    }
    t.equal(dropScriptExtension(`x.${extension}`), 'x')
    t.notOk(isScript(extension) || handsOn(extension), extension)
  }
  for (const name of [
    'app.js',
    'app.css',
    'a.phpx9',
    'v1.0',
    'contoso.com',
    'x.json',
    'logo.svg',
    'a.map',
    'x.',
  ])
    t.notOk(isScript(name) || handsOn(name), name)
  t.equal(dropScriptExtension('x'), 'x')
})

t.test('other names that hand on', async (t) => {
  for (const name of ['~me', '~', 'index', 'dispatcher', 'x.html', 'x.shtml']) t.ok(handsOn(name), name)
  for (const name of ['a~', 'indexes', 'x.htmlx']) t.notOk(handsOn(name), name)
  const folders =
    'cgi cgi-bin cgi_bin fcgi-bin fastcgi scgi-bin wsgi-bin psgi php-cgi php5-fcgi perl mod_perl servlet faces pls'
  for (const name of folders.split(' ')) t.ok(isProgramFolder(name) && mayNameProgram(`/a/${name}/b`), name)
  for (const name of ['css', 'cgi-binary', 'scripts', 'php']) t.notOk(isProgramFolder(name), name)
  t.notOk(mayNameProgram('/realms/b/protocol/openid-connect/token'))
})

import t from 'tap'
import { mayHoldResponse } from '../../../src/oauth/page/may-hold-response.ts'

t.test('most login pages can not hold a response', async (t) => {
  const pages = [
    '',
    '<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>',
    '<form><input name=code_challenge><input name="error_description"><input name="x.code"></form>',
    '<form action="/login?code=1&amp;state=//x" class="a&#39;b"><input name="ReturnUrl" value="?response_type=code">',
    '<form action=login><button formaction="?retry">&nbsp;</button></form><p>an error: your code is wrong</p>',
    '<form action=""></form><form action=\'\'></form><form action=></form><form action="#x">',
    '<form action = "~user/login.php"><meta name="viewport"><input name="user[name]" value="&quot;">',
    '<form action="/"><form action="/a\t/b"><form action="%2f/x"><form action="./x"><form action="a_:b">',
    `<form action='/"'>`,
  ]
  for (const page of pages) t.equal(mayHoldResponse(page), false, page)
})

t.test('a field of a response, however it is written', async (t) => {
  const names = [
    'name=code',
    'NAME = "id_token"',
    "name\n=\f'access_token'",
    'name="response"',
    'name=error>',
    'name=code\t',
    'name="&#99;ode"',
    'name=co&#x64;e',
    'name="id&lowbar;token"',
    'data-name=code ',
  ]
  for (const name of names) t.equal(mayHoldResponse(`<form><input ${name} value=x>`), true, name)
})

t.test('an address elsewhere, however it is written', async (t) => {
  const actions = [
    '"https://app.example.com/cb?code=1"',
    'HTTPS:app.example.com',
    '//app.example.com',
    '"\\\\app.example.com"',
    "'/\\app.example.com'",
    '"/\t/app.example.com"',
    '"/\n/app.example.com"',
    '"/&Tab;/app.example.com"',
    '/&sol;app.example.com',
    '"&sol;/app.example.com"',
    '"ht\ntps://app.example.com"',
    '"https&colon;//app.example.com"',
    '" //app.example.com"',
    '"\u0001//app.example.com"',
    '"com.example.app+x-y:/cb"',
  ]
  for (const action of actions) {
    t.equal(mayHoldResponse(`<form action=${action}>`), true, action)
    t.equal(mayHoldResponse(`<button FormAction\n=\t${action}>`), true, action)
  }
  t.equal(mayHoldResponse('<BASE href="https://app.example.com">'), true)
})

t.test('a page within the page', async (t) => {
  t.equal(mayHoldResponse('<iframe SrcDoc="&lt;form>">'), true)
})

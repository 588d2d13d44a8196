import t from 'tap'
import { findRedirectInJson, type JsonRedirect } from '../../../src/oauth/page/json-redirect.ts'

const location = 'https://app.example.com/cb?code=c&state=s'
const base = 'http://login.example.com/api/sign-in'

async function find(json: string): Promise<JsonRedirect> {
  const found = await findRedirectInJson(json, base)
  if (!found || found === 'ambiguous') throw new Error(String(found))
  return found
}

t.test('a redirect is found and replaced wherever it stands, and nothing else changes', async (t) => {
  const cases: [json: string, location: string, replaced: string][] = [
    [`{"redirect_uri":"${location}"}`, location, '{"redirect_uri":"/x\\""}'],
    [`"${location}"`, location, '"/x\\""'],
    [
      ` {"n": 12345678901234567890, "a":[{"url":"${location}"}],\n"b":"${location}" , "c":"y"} `,
      location,
      ' {"n": 12345678901234567890, "a":[{"url":"/x\\""}],\n"b":"/x\\"" , "c":"y"} ',
    ],
    [
      String.raw`["https:\/\/app.example.com/cb?\u0063ode=c"]`,
      'https://app.example.com/cb?code=c',
      '["/x\\""]',
    ],
    ['{"to":"//app.example.com/cb#id_token=i"}', '//app.example.com/cb#id_token=i', '{"to":"/x\\""}'],
    [String.raw`{"to":"\\\\app.example.com/cb?error=e"}`, '\\\\app.example.com/cb?error=e', '{"to":"/x\\""}'],
    ['{"to":" com.example.app:/cb?code=c"}', ' com.example.app:/cb?code=c', '{"to":"/x\\""}'],
    [`\ufeff["${location}"]`, location, '["/x\\""]'],
  ]
  for (const [json, expected, replaced] of cases) {
    const found = await find(json)
    t.equal(found.location, expected, json)
    t.equal(found.replaceWith('/x"'), replaced, json)
  }
})

t.test('the response in it is read as the page would go there', async (t) => {
  const cases: [location: string, redirectUri: string][] = [
    [location, 'https://app.example.com/cb'],
    ['//app.example.com/cb#code=c', 'http://app.example.com/cb'],
  ]
  for (const [location, redirectUri] of cases) {
    t.match((await find(JSON.stringify(location))).response, { redirectUri, code: 'c' }, location)
  }
})

t.test('answers without a redirect', async (t) => {
  const cases = [
    '',
    ' \n',
    'null',
    '{"error":"invalid_credentials"}',
    '{"next":"https://app.example.com/"}',
    '{"next":"/authorize/resume?code=c"}',
    '{"code":"c","state":"s"}',
    '["https://"]',
  ]
  for (const json of cases) t.equal(await findRedirectInJson(json, base), undefined, json)
})

t.test('answers that can not be told', async (t) => {
  const cases = {
    'two redirects': `["${location}","${location}x"]`,
    'one as a name': `{"${location}":1}`,
    'one as a name too': `{"a":"${location}","${location}":1}`,
    'a name twice': `{"a":"${location}","a":"/"}`,
    'no JSON': `)]}',\n{"a":"${location}"}`,
    'too deep': `${'['.repeat(65)}${']'.repeat(65)}`,
    'far too deep': '['.repeat(100_000),
    'of too many parts': `{${Array.from({ length: 10_001 }, (_, index) => `"${index}":1`)}}`,
    'too long': `"${'x'.repeat(1024 * 1024)}"`,
  }
  for (const [name, json] of Object.entries(cases))
    t.equal(await findRedirectInJson(json, base), 'ambiguous', name)
})

t.test('a long answer with many strings is read once', async (t) => {
  const many = Array.from({ length: 6000 }, (_, index) => `"k${index}":"${location}"`)
  const replaced = (await find(`{${many}}`)).replaceWith('y')
  t.equal(replaced.length, `{${many}}`.length - 6000 * (location.length - 1))
})

t.test('what seems to carry a response to no URL is refused', async (t) => {
  await t.rejects(findRedirectInJson('["https://[/cb?code=c"]', base), { code: 'upstream_unreadable' })
})

import t from 'tap'
import { type Expected, readAnswer } from '../../src/probe/authorization-answer.ts'

const redirectUri = 'https://login.example.com/step-up/probe'
const expected: Expected = {
  redirectUri,
  state: 's',
  issuer: 'https://login.example.com',
  isIssuerSent: false,
  responseType: 'code',
}
const iss = 'iss=https%3A%2F%2Flogin.example.com'

function faultOf(location: string | string[] | undefined, statusCode = 303, isIssuerSent = false) {
  return readAnswer({ statusCode, location }, { ...expected, isIssuerSent }).fault
}

t.test('a code for us', async (t) => {
  for (const statusCode of [301, 302, 303, 307, 308]) {
    const answer = readAnswer({ statusCode, location: `${redirectUri}?code=c&state=s` }, expected)
    t.equal(answer.fault, undefined)
    t.equal('parameters' in answer && answer.parameters.get('code'), 'c')
  }
  for (const query of [`code=c&state=s&${iss}`, 'code=c&state=s#_=_', 'code=c&state=s&session_state=a?b']) {
    t.equal(faultOf(`${redirectUri}?${query}`), undefined, query)
  }
  t.equal(faultOf(`${redirectUri}?code=c&state=s&${iss}`, 303, true), undefined)
})

t.test('no redirect', async (t) => {
  const good = `${redirectUri}?code=c&state=s`
  for (const status of [200, 204, 300, 304, 305, 400, 401, 403, 404])
    t.equal(faultOf(good, status), 'not_a_redirect')
  for (const status of [500, 502, 503]) t.equal(faultOf(good, status), 'upstream_error')
  t.equal(faultOf(undefined), 'not_a_redirect')
  t.equal(faultOf([good, good]), 'ambiguous_answer')
})

t.test('elsewhere', async (t) => {
  const table = [
    'https://login.example.com/login',
    '/step-up/probe',
    '//login.example.com/step-up/probe',
    'http://login.example.com/step-up/probe',
    'https://login.example.com:443/step-up/probe',
    'https://LOGIN.example.com/step-up/probe',
    'https://login.example.com/step-up/probe/',
    'https://login.example.com/step-up/Probe',
    'https://login.example.com/step-up/./probe',
    'https://login.example.com/step-up/probe%3F',
    'https://login.example.com/step-up/probes',
    'https://login.example.com@evil.example/step-up/probe',
    'https://user@login.example.com/step-up/probe',
    ' https://login.example.com/step-up/probe',
    'https://evil.example/?https://login.example.com/step-up/probe',
    '',
  ]
  for (const target of table) t.equal(faultOf(`${target}?code=c&state=s`), 'other_redirect', target)
})

t.test('what stands in the answer', async (t) => {
  const table: [query: string, fault: string][] = [
    ['', 'state_mismatch'],
    ['?code=c', 'state_mismatch'],
    ['?code=c&state=', 'state_mismatch'],
    ['?code=c&state=S', 'state_mismatch'],
    ['?error=login_required', 'state_mismatch'],
    ['#code=c&state=s', 'state_mismatch'],
    ['?state=s#code=c', 'code_missing'],
    ['?code=&state=s', 'code_missing'],
    ['?code=c&code=c&state=s', 'ambiguous_answer'],
    ['?code=c&code=d&state=s', 'ambiguous_answer'],
    ['?code=c&state=s&state=s', 'ambiguous_answer'],
    ['?code=c&c%6fde=c&state=s', 'ambiguous_answer'],
    ['?code=c&state=s&error=login_required', 'ambiguous_answer'],
    ['?code=c&state=s&error=', 'ambiguous_answer'],
    ['?code=&error=login_required&state=s', 'ambiguous_answer'],
    ['?code=c&state=s&iss=https%3A%2F%2Fevil.example', 'issuer_mismatch'],
    ['?code=c&state=s&iss=https%3A%2F%2Flogin.example.com%2F', 'issuer_mismatch'],
    ['?code=c&state=s&iss=', 'issuer_mismatch'],
    ['?error=login_required&state=s', 'login_required'],
    [`?error=consent_required&state=s&${iss}`, 'consent_required'],
    ['?error=interaction_required&state=s', 'interaction_required'],
    ['?error=invalid_scope&state=s&error_description=secret', 'invalid_scope'],
    ['?error=%1b[31m&state=s', 'authorization_error'],
    ['?error=&state=s', 'authorization_error'],
  ]
  for (const [query, fault] of table) t.equal(faultOf(redirectUri + query), fault, query)
  t.equal(
    faultOf(`${redirectUri}?code=c&state=s`, 303, true),
    'issuer_mismatch',
    'iss is announced, but missing',
  )
  const denied = `${redirectUri}?error=login_required&state=s`
  t.equal(faultOf(denied, 303, true), 'login_required', 'an error says what is wrong, even so')
  t.equal(faultOf(`${denied}&iss=https%3A%2F%2Fevil.example`, 303, true), 'issuer_mismatch')
})

t.test('what the log hears of it', async (t) => {
  const table: [location: string | undefined, statusCode: number, detail: string | undefined][] = [
    [undefined, 200, 'answered 200'],
    [undefined, 500, 'answered 500'],
    ['/accounts/login/?next=/authorize%3Fstate%3Ds#code=c', 303, 'leads to /accounts/login/'],
    ['https://login.example.com/login;sid=secret?a', 303, 'leads to /login'],
    ['/interaction/V1StGXR8_Z5jdHi6B-myT/login', 303, 'leads to /interaction/…/login'],
    ['//user:secret@sso.example:8443/choose', 303, 'leads to https://sso.example:8443/choose'],
    ['https://[', 303, undefined],
    [`${redirectUri}?code=c&state=another`, 303, undefined],
  ]
  for (const [location, statusCode, detail] of table) {
    const answer = readAnswer({ statusCode, location }, expected)
    t.equal('detail' in answer ? answer.detail : undefined, detail, `${statusCode} ${location}`)
  }
})

t.test('an ID token for us, in the fragment', async (t) => {
  const read = (location: string, isIssuerSent = false) =>
    readAnswer({ statusCode: 303, location }, { ...expected, isIssuerSent, responseType: 'id_token' })
  const answer = read(`${redirectUri}#id_token=a.b.c&state=s&${iss}`, true)
  t.equal(answer.fault, undefined)
  t.equal('parameters' in answer && answer.parameters.get('id_token'), 'a.b.c')
  const table: [rest: string, fault: string][] = [
    ['', 'state_mismatch'],
    ['#', 'state_mismatch'],
    ['#id_token=a', 'state_mismatch'],
    ['#id_token=a&state=S', 'state_mismatch'],
    ['?id_token=a&state=s', 'other_redirect'],
    ['?#id_token=a&state=s', 'other_redirect'],
    ['?x=1#id_token=a&state=s', 'other_redirect'],
    ['/#id_token=a&state=s', 'other_redirect'],
    ['#id_token=a&state=s#', 'state_mismatch'],
    ['#state=s', 'id_token_missing'],
    ['#code=c&state=s', 'id_token_missing'],
    ['#id_token=&state=s', 'id_token_missing'],
    ['#id_token=a&id_token=a&state=s', 'ambiguous_answer'],
    ['#id_token=a&state=s&state=s', 'ambiguous_answer'],
    ['#id_token=a&state=s&error=login_required', 'ambiguous_answer'],
    ['#error=login_required&state=s', 'login_required'],
    ['#id_token=a&state=s&iss=https%3A%2F%2Fevil.example', 'issuer_mismatch'],
  ]
  for (const [rest, fault] of table) t.equal(read(`${redirectUri}${rest}`).fault, fault, rest)
  t.equal(
    read(`${redirectUri}#id_token=a&state=s`, true).fault,
    undefined,
    'the ID token names its own issuer',
  )
})

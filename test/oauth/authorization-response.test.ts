import t from 'tap'
import {
  correlationKey,
  type RedirectResponse,
  readAuthorizationResponse,
} from '../../src/oauth/authorization-response.ts'

const base = 'https://login.example.com/authorize?x=1'
const callback = 'https://app.example.com/cb'

function read(location: string): RedirectResponse {
  const response = readAuthorizationResponse(location, base)
  if (!response) throw new Error(`no response in ${location}`)
  return response
}

t.test('what carries no authorization response is none', async (t) => {
  const locations = [
    callback,
    `${callback}?state=s`,
    `${callback}?response=yes`,
    `${callback}?Code=x`,
    '/login?return_to=%2Fcb%3Fcode%3D1',
    'https://[',
  ]
  for (const location of locations) t.equal(readAuthorizationResponse(location, base), undefined, location)
})

t.test('what seems to carry one to no URL is refused', async (t) => {
  t.throws(() => readAuthorizationResponse('https://[/cb?code=c', base), { code: 'upstream_unreadable' })
})

t.test('where it goes, and what it carries', async (t) => {
  const cases: [
    location: string,
    mode: string,
    redirectUri: string,
    artefacts: string,
    isAmbiguous: boolean,
  ][] = [
    [`${callback}?code=c&state=s`, 'query', callback, 'code', false],
    [`${callback}?code=`, 'query', callback, 'code', false],
    [`${callback}?error=e`, 'query', callback, '', false],
    [`${callback}?error=e&code=c`, 'query', callback, 'code', false],
    [`${callback}?response=a.b.c`, 'query', callback, 'response', false],
    [`${callback}#id_token=i&code=c`, 'fragment', callback, 'code id_token', false],
    [`${callback}?a=1#access_token=a`, 'fragment', callback, 'access_token', false],
    ['/cb?code=c', 'query', 'https://login.example.com/cb', 'code', false],
    ['//app.example.com/cb?code=c', 'query', callback, 'code', false],
    ['com.example.app:/cb?code=c', 'query', 'com.example.app:/cb', 'code', false],
    [`${callback}?%63ode=c`, 'query', callback, 'code', false],
    [`${callback}?code=c&code=c`, 'query', callback, 'code', true],
    [`${callback}?code=c&state=1&state=2`, 'query', callback, 'code', true],
    [`${callback}?code=c#access_token=a`, 'fragment', callback, 'code access_token', true],
  ]
  for (const [location, mode, redirectUri, artefacts, isAmbiguous] of cases) {
    const response = read(location)
    t.equal(response.mode, mode, location)
    t.equal(response.redirectUri, redirectUri, location)
    t.equal([...response.artefacts].join(' '), artefacts, location)
    t.equal(response.isAmbiguous, isAmbiguous, location)
    t.equal(response.isError, location.includes('error='), location)
  }
})

t.test('its parameters are read by name', async (t) => {
  const response = read(`${callback}#id_token=i&code=c%20d&state=`)
  t.equal(response.code, 'c d')
  t.equal(response.state, '')
  t.equal(response.get('id_token'), 'i')
  t.equal(response.get('access_token'), undefined)
})

t.test('an error goes the same way, with nothing of the response but state and iss', async (t) => {
  const rest = 'code=c&state=s%26&iss=https%3A%2F%2Fo&session_state=x&scope=openid'
  const error = 'error=access_denied&error_description=No.&state=s%26&iss=https%3A%2F%2Fo'
  const cases: [location: string, expected: string][] = [
    [`${callback}?${rest}`, `${callback}?${error}`],
    [`${callback}?a=1&${rest}&b`, `${callback}?a=1&b&${error}`],
    [`${callback}?a=1#${rest}`, `${callback}?a=1#${error}`],
    [`${callback}?${rest}#x`, `${callback}?${error}`],
    [`${callback}?code=c`, `${callback}?error=access_denied&error_description=No.`],
  ]
  for (const [location, expected] of cases) {
    t.equal(read(location).toErrorLocation('access_denied', 'No.'), expected, location)
  }
  t.equal(read(`${callback}?code=c`).toErrorLocation('server_error'), `${callback}?error=server_error`)
  t.equal(read(`${callback}?code=c&iss=i`).errorParameters('x').toString(), 'error=x&iss=i')
})

t.test('request and response find each other by redirect URI and state', async (t) => {
  t.equal(correlationKey(`${callback}?a=1`, 's'), correlationKey('HTTPS://APP.example.com:443/cb', 's'))
  t.not(correlationKey(callback, 's'), correlationKey(callback, 't'))
  t.equal(correlationKey('javascript:x', 's'), undefined)
})

import t, { type Test } from 'tap'
import { examineProbeClient } from '../../src/doctor/examine-probe-client.ts'
import { face, json, redirect, type ScriptedOp, startScriptedOp } from '../probe/scripted-op.ts'

// What OPs answer that oidc-provider does not.

type Step = ScriptedOp['steps'][string]
type Answers = { authorize?: Step; token?: Step }

const signal = new AbortController().signal
const loginApp = 'https://login.example.com/app/login'
const fails =
  (error: string, status = 400): Step =>
  (_asked, response) =>
    json(response, { error }, status)
const answers =
  (parameters: Record<string, string>, target?: string): Step =>
  ({ url }, response) =>
    redirect(response, { ...parameters, state: url.searchParams.get('state') ?? '' }, target)
const page =
  (status: number): Step =>
  (_asked, response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<p>')

async function examine(t: Test, { authorize, token }: Answers, probe = {}) {
  const op = await startScriptedOp(t)
  op.steps['/authorize'] = authorize ?? answers({ error: 'login_required' })
  op.steps['/token'] = token ?? fails('invalid_grant')
  const services = face(t, op.port, { probe })
  services.provider.start()
  await services.provider.ready()
  const findings = await examineProbeClient(services, signal)
  return findings.map((finding) =>
    finding.kind === 'wrong' ? `${finding.id}: ${finding.about}` : finding.kind,
  )
}

const known = 'fine'
const cases: [name: string, answers: Answers, found: (string | RegExp)[], probe?: object][] = [
  ['as it should be', {}, [known, 'fine']],
  [
    'codes are not allowed',
    { token: fails('unauthorized_client') },
    [/^client_grant: .* may not redeem codes/, 'fine'],
  ],
  ['a bare 401', { token: page(401) }, [/^client_secret: /, 'fine']],
  ['a redirect', { token: page(302) }, [/^token_endpoint: .*\/token answered 302/, 'fine']],
  [
    'any code is good',
    { token: (_asked, response) => json(response, { access_token: 'x', token_type: 'Bearer' }) },
    [/^token_endpoint: .* a code that does not exist is redeemed/, 'fine'],
  ],
  [
    'the flow is not allowed',
    { authorize: answers({ error: 'unauthorized_client' }) },
    [known, /^client_grant: .* may not ask for response_type=code/],
  ],
  [
    'ID tokens at once are not allowed',
    {
      authorize: ({ url }, response) => {
        const error = { error: 'unsupported_response_type', state: url.searchParams.get('state') ?? '' }
        const location = `https://login.example.com/step-up/probe#${new URLSearchParams(error)}`
        response.writeHead(303, { location }).end()
      },
    },
    [known, /^client_grant: .* may not ask for response_type=id_token/],
    { responseType: 'id_token' },
  ],
  [
    'the scope is not allowed',
    { authorize: answers({ error: 'invalid_scope' }) },
    [known, /^authorization_request: .* scope of "openid profile email"/],
  ],
  ['consent at once', { authorize: answers({ error: 'consent_required' }) }, [known, /^consent: /]],
  [
    'another error',
    { authorize: answers({ error: 'server_error' }) },
    [known, /^authorization_request: .* with server_error/],
  ],
  [
    'no state',
    { authorize: (_asked, response) => redirect(response, { error: 'login_required' }) },
    [known, /^authorization_request: .* with state_mismatch/],
  ],
  [
    'a code for nobody',
    { authorize: answers({ code: 'x' }) },
    [known, /^authorization_request: the OP gives a code to a request without a session/],
  ],
  [
    'an error page elsewhere',
    { authorize: answers({ error: 'invalid_request' }, 'https://login.example.com/error') },
    [known, /^redirect_uri: .*leads to \/error/],
  ],
  [
    'a login page',
    {
      authorize: (asked, response) =>
        page(/unregistered/.test(asked.url.search) ? 400 : 200)(asked, response),
    },
    [known, /^prompt_none: .*answered 200/],
  ],
]
for (const [name, given, found, probe] of cases)
  t.test(name, async (t) => t.match(await examine(t, given, probe), found))

t.test('a login app elsewhere is as it should be for some', async (t) => {
  const authorize: Step = (asked, response) =>
    (/unregistered/.test(asked.url.search) ? page(400) : answers({}, loginApp))(asked, response)
  t.match(await examine(t, { authorize }), [known, /^prompt_none: .*leads to \/app\/login/])
  for (const probe of [{ by: 'browser' }, { prompt: 'omit' }])
    t.same(await examine(t, { authorize }, probe), [known, 'fine'])
})

t.test('an OP that asks for the login first hides whether a redirect URI is registered', async (t) => {
  const authorize = answers({}, loginApp)
  const probe = { prompt: 'omit' }
  t.same(await examine(t, { authorize }, probe), [known, 'unknown'])
  const refused = await examine(t, { authorize, token: fails('invalid_client', 401) }, probe)
  t.match(refused, [/^client_secret: the OP refuses the client .*, or its secret$/, 'unknown'])
  t.match(await examine(t, { authorize: page(400) }, probe), [known, /^redirect_uri: .*answered 400/])
})

t.test('nobody knows the client', async (t) => {
  t.match(await examine(t, { authorize: page(400), token: fails('invalid_client', 401) }), [
    /^client_unknown: /,
  ])
})

t.test('the other method counts, whatever is said to the first', async (t) => {
  const token: Step = ({ request, form }, response) =>
    fails(request.headers.authorization && !form.has('client_secret') ? 'invalid_grant' : 'invalid_request')(
      { request, form } as never,
      response,
    )
  t.match(await examine(t, { token }), [/^client_auth_method: .* takes it by client_secret_basic/, 'fine'])
})

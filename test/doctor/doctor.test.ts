import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { pems } from '../config/pems.ts'
import { openBrowser, openWorld } from '../e2e/stage.ts'
import { secretOf } from '../lab/op-world.ts'
import { isLoginPage, logIn } from '../lab/people.ts'
import { freePorts } from '../lab/ports.ts'
import { startLabGateway } from '../lab/start-gateway.ts'
import type { World } from '../lab/world.ts'
import { serve } from '../upstream/serve.ts'
import { startFront } from './front.ts'
import { type Doctoring, runDoctor } from './run-doctor.ts'

// One thing is broken at a time, on real parts: exactly this one has to be found, with its fix.

const world = await openWorld(t)
const { authsignal } = world
let signedIn: ReturnType<typeof openBrowser> | undefined
const opPort = Number(new URL(world.op.url).port)
const [free = 0] = await freePorts(1)

t.test('nothing is wrong in the lab', async (t) => {
  const { code, wrong, lines, output } = await runDoctor(t, world.yaml, {
    args: ['--track', '--sign-in'],
    onSay: aliceSignsIn(),
  })
  t.same(wrong, [])
  t.equal(code, 0)
  t.same(
    lines.filter(({ kind }) => kind === 'skipped'),
    [],
  )
  t.match(lines, [
    { examination: 'configuration', kind: 'fine' },
    { examination: 'provider', kind: 'fine', about: 'its discovery document was read' },
  ])
  const claims = lines.find(({ examination }) => examination === 'sign-in')
  t.match(claims, {
    kind: 'fine',
    about: /^the ID token holds sub, amr \(\["pwd"\]\), acr \("urn:lab:pwd"\)/,
  })
  for (const secret of ['step-up-gateway', 'authsignal'].map(secretOf)) t.notMatch(output, secret)
  t.notMatch(output, /user-alice|alice@|eyJ/)
})

t.test('what is no address of the probe is asked for again', async (t) => {
  const instructions: string[] = []
  const onSay = async (text: string) => {
    if (!text.startsWith('That does not begin')) instructions.push(text)
    const isFirst = instructions.length === 1 && !text.startsWith('That')
    return isFirst ? 'http://localhost/elsewhere' : aliceSignsIn()(instructions.at(-1) ?? '')
  }
  const { code, wrong } = await runDoctor(t, world.yaml, { args: ['--sign-in'], onSay })
  t.same(wrong, [])
  t.equal(code, 0)
  t.equal(instructions.length, 2)
})

t.test('cookies that no gateway has seen are unknown', async (t) => {
  const onSay = async (text: string) => {
    if (!text.includes('prompt=none')) return aliceSignsIn()(text)
    // Around the gateway.
    const { pathname, search } = new URL(addressIn(text))
    const headers = { 'x-forwarded-host': new URL(world.publicUrl).host }
    const answer = await fetch(world.op.url + pathname + search, { headers, redirect: 'manual' })
    return answer.headers.get('location') ?? ''
  }
  const { lines } = await runDoctor(t, world.yaml, { args: ['--sign-in'], onSay })
  t.match(lines.at(-1), { kind: 'unknown', about: /^the names of the session cookies: no gateway has seen/ })
})

t.test('a gateway that ends during the sign-in', async (t) => {
  const ending = await openWorld(t)
  const signIn = aliceSignsIn(openBrowser(t))
  const onSay = async (text: string) => {
    const address = await signIn(text)
    if (text.includes('same browser')) await ending.gateway.close()
    return address
  }
  const { lines } = await runDoctor(t, ending.yaml, { args: ['--sign-in'], onSay })
  t.match(lines.at(-1), { kind: 'unknown', about: /^the names of the session cookies: no gateway has seen/ })
})

t.test('a person who leaves halfway', async (t) => {
  const onSay = async (text: string) => (text.includes('prompt=none') ? undefined : aliceSignsIn()(text))
  const { code, lines } = await runDoctor(t, world.yaml, { args: ['--sign-in'], onSay })
  t.equal(code, 0)
  t.match(lines.at(-1), { kind: 'unknown', about: 'what the OP answers to the probe in a session' })
})

interface Row extends Doctoring {
  readonly breaks: string
  /** The ids, texts and fixes of what is found, in their order. */
  readonly found: readonly RegExp[]
}

const authsignalUrl = authsignal.apiUrl.replace(/\/v1$/, '')
const probe = (keys: object) => ({ provider: { probe: keys } })

const rows: readonly Row[] = [
  {
    breaks: 'the issuer',
    change: { provider: { issuer: 'https://login.example.com' } },
    found: [/^issuer_mismatch: the OP calls itself (\S+), and .*example\.com -> set provider\.issuer: \1;/],
  },
  {
    breaks: "the OP's port",
    change: { upstream: { url: `http://127.0.0.1:${free}` } },
    found: [/^provider_unreachable: .*ECONNREFUSED.* -> start it, or correct upstream\.url$/],
  },
  {
    breaks: "the OP's scheme",
    change: { upstream: { url: `https://127.0.0.1:${opPort}` } },
    found: [/^provider_tls: .*\(EPROTO\)|^provider_tls: .*ERR_SSL/],
  },
  {
    breaks: "the probe's client id",
    change: probe({ clientId: 'step-up' }),
    found: [
      /^client_unknown: .* a client step-up -> register it .*\/step-up\/probe, or correct provider\.probe\.clientId$/,
    ],
  },
  {
    breaks: "Authsignal's /v1",
    change: { authsignal: { apiUrl: authsignalUrl } },
    found: [/^authsignal_path: \S+ is not the base URL.*404\) -> set authsignal\.apiUrl: \S+\/v1$/],
  },
  {
    breaks: "Authsignal's path",
    change: { authsignal: { apiUrl: `${authsignalUrl}/forged/v1` } },
    found: [/^authsignal_path: what answers .* is not Authsignal's API .* -> correct authsignal\.apiUrl$/],
  },
  {
    breaks: "Authsignal's port",
    change: { authsignal: { apiUrl: `http://127.0.0.1:${free}/v1` } },
    found: [/^authsignal_unreachable: .*ECONNREFUSED\) -> let the gateway out/],
  },
  {
    breaks: 'the challenge host',
    args: ['--track'],
    change: { authsignal: { challengeHosts: ['*.authsignal.com'] } },
    found: [
      /^challenge_host: oidc-authorize: challenges are at (http:\/\/\S+), .* -> add \S+ to authsignal\.challengeHosts$/,
    ],
  },
  {
    breaks: 'the admin listener in Kubernetes',
    env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    found: [/^admin_in_kubernetes: admin listens on 127\.0\.0\.1, .* -> add monitoring: \{\}/],
  },
  {
    breaks: 'the names of the cookies',
    args: ['--sign-in'],
    onSay: (text) => aliceSignsIn()(text),
    change: probe({ cookies: ['session'] }),
    found: [
      /^cookies: .* none of provider\.probe\.cookies \(session\), but _session, _session\.sig -> write/,
    ],
  },
  {
    breaks: 'the subject',
    args: ['--sign-in'],
    onSay: (text) => aliceSignsIn()(text),
    change: { provider: { subject: 'name', probe: { scope: 'openid' } } },
    found: [/^subject_missing: the ID token has no usable name, .* -> have the OP add name, or correct/],
  },
  {
    breaks: 'what the OP offers',
    change: { provider: { subject: 'employee' } },
    found: [/^provider_offer: provider\.subject: claims_supported lacks employee: .* -> have the OP add it/],
  },
  {
    breaks: 'a claim that is sent, and one that is compared',
    args: ['--sign-in'],
    onSay: (text) => aliceSignsIn()(text),
    change: { provider: { compare: ['auth_time', 'jti_of_session'] }, clients: { web: { send: ['phone'] } } },
    found: [
      /^claim_missing: the ID token has no jti_of_session: provider\.compare/,
      /^claim_missing: the ID token has no phone_number: send: phone sends nothing -> have the OP add it/,
    ],
  },
  ...[
    [
      {},
      /^prompt_none: the OP shows a page to a signed-in browser .*: omit, and provider\.probe\.by: browser$/,
    ],
    [{ by: 'browser' }, /^prompt_none: .* -> set provider\.probe\.prompt: omit$/],
    [{ prompt: 'omit' }, /^consent: /],
  ].map(
    ([keys, found]): Row => ({
      breaks: `the second trip, which ends elsewhere: ${JSON.stringify(keys)}`,
      args: ['--sign-in'],
      onSay: (text) => (text.includes('same browser') ? Promise.resolve('') : aliceSignsIn()(text)),
      change: probe(keys as object),
      found: [found as RegExp],
    }),
  ),
  {
    breaks: 'the code',
    args: ['--sign-in'],
    onSay: async (text) => (await aliceSignsIn()(text)).replace('code=', 'code=x'),
    found: [/^sign_in: the sign-in fails: token_error, invalid_grant -> see the OP's log$/],
  },
  {
    breaks: 'the will of the person, who cancels',
    args: ['--sign-in'],
    onSay: async (text) => {
      const browser = openBrowser(t)
      const page = await browser.navigate(addressIn(text))
      return (await browser.submit(page, {}, { form: '/abort' })).url
    },
    found: [/^sign_in: the OP answers the sign-in with access_denied -> see the OP's log$/],
  },
  {
    breaks: 'the session: another browser answers prompt=none',
    args: ['--sign-in'],
    onSay: (text) => aliceSignsIn(text.includes('prompt=none') ? openBrowser(t) : undefined)(text),
    found: [
      /^prompt_none: in a session the OP answers the probe with login_required -> if both/,
      /^cookies: a signed-in browser sends none .*, but none/,
    ],
  },
]

for (const { breaks, found, ...doctoring } of rows) {
  t.test(`broken: ${breaks}`, async (t) => expectFound(t, await runDoctor(t, world.yaml, doctoring), found))
}

const faults: readonly [fault: Parameters<typeof authsignal.control.fault>[1], found: RegExp][] = [
  ['401', /^authsignal_key: .*\(status 401\) -> write the Server API secret key/],
  ['429', /^authsignal_rate: .* -> wait/],
  ['503', /^authsignal_down: .*503/],
  ['html', /^authsignal_path: what answers/],
]
for (const [fault, found] of faults) {
  t.test(`Authsignal answers ${fault}`, async (t) => {
    authsignal.control.fault('user', fault)
    expectFound(t, await runDoctor(t, world.yaml), [found])
  })
}

t.test('broken: the time that Authsignal takes', async (t) => {
  authsignal.control.fault('user', 'timeout')
  const change = { authsignal: { timeout: '100ms' } }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^authsignal_timeout: .* -> let the gateway out/,
  ])
})

t.test("broken: the gateway's key for Authsignal", async (t) => {
  // The running gateway has the right one: it is another configuration than the examined one.
  const change = { authsignal: { apiSecretKey: 'another-tenants-key' } }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^authsignal_key: Authsignal refuses the key at \S+ \(status 401\) -> write/,
    /^public_address_not_gateway: .* no gateway with these secrets/,
  ])
})

t.test("broken: the probe's secret", async (t) => {
  const change = probe({ clientSecret: 'another-clients-secret' })
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^client_secret: the OP knows the client step-up-gateway, .* -> write the client's secret/,
    /^public_address_not_gateway: .*the OP itself, or a gateway with others -> point publicUrl's name/,
  ])
})

t.test('broken: the authenticators of the tenant', async (t) => {
  const methods = authsignal.control.verificationMethods
  authsignal.control.verificationMethods = []
  const doctored = await runDoctor(t, world.yaml, { args: ['--track'] })
  authsignal.control.verificationMethods = methods
  expectFound(t, doctored, [/^authsignal_methods: oidc-authorize: .* -> set one up in Authsignal's portal$/])
})

t.test('broken: what Authsignal says to a track', async (t) => {
  authsignal.control.fault('track', '400')
  const doctored = await runDoctor(t, world.yaml, { args: ['--track'] })
  expectFound(t, doctored, [/^authsignal_track: oidc-authorize: Authsignal track refused, status 400/])
})

t.test('broken: the redirect URI at the OP', async (t) => {
  const { yaml } = await openWorld(t, { probeClient: { redirect_uris: ['http://localhost:1/elsewhere'] } })
  expectFound(t, await runDoctor(t, yaml), [
    /^redirect_uri: the OP refuses the redirect URI of the probe \(answered 400\) -> register \S+\/step-up\/probe/,
  ])
})

t.test("broken: the probe's authentication method", async (t) => {
  const port = await startFront(t, [opPort], {
    rewrite: ({ authorization: _, ...headers }) => headers,
  })
  const change = {
    upstream: { url: `http://127.0.0.1:${port}` },
    ...probe({ clientAuth: 'client_secret_basic' }),
  }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^client_auth_method: .* by client_secret_basic, .* -> set provider\.probe\.clientAuth: client_secret_post$/,
  ])
})

t.test('broken: consent is wanted', async (t) => {
  const consenting = await openWorld(t, { probeClient: { consent: true } })
  const browser = openBrowser(t)
  const onSay = async (text: string) => {
    // As where consent is not remembered.
    if (text.includes('prompt=none')) consenting.op.store.forget('Grant')
    const page = await browser.navigate(addressIn(text))
    if (!isLoginPage(page)) return page.url
    const asked = await logIn(browser, page, 'alice')
    return (await browser.submit(asked, {}, { form: '/consent' })).url
  }
  expectFound(t, await runDoctor(t, consenting.yaml, { args: ['--sign-in'], onSay }), [
    /^consent: the OP wants the user's consent for the client step-up-gateway, .* -> turn consent off/,
  ])
})

t.test('broken: the OP has a login app of its own, which knows no prompt=none', async (t) => {
  const port = await startFront(t, [opPort], { retarget: (url) => url.replace('prompt=none', '') })
  const change = { upstream: { url: `http://127.0.0.1:${port}` } }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^prompt_none: the OP shows a page in spite of prompt=none \(leads to \/interaction\/…\) -> set provider\.probe\.by: browser$/,
  ])
  for (const more of [{ by: 'browser' }, { prompt: 'omit' }]) {
    const { wrong } = await runDoctor(t, world.yaml, { change: { ...change, ...probe(more) } })
    t.same(wrong, [], JSON.stringify(more))
  }
})

t.test('broken: the OP is silent', async (t) => {
  const port = await serve(t, () => {})
  const change = { upstream: { url: `http://127.0.0.1:${port}`, timeout: '50ms' } }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^provider_timeout: the OP at \S+ does not answer in time -> start it/,
  ])
})

t.test('broken: TLS of the OP', async (t) => {
  const server = createServer(pems.public, (_request, response) => response.end()).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const table: [tls: object, found: RegExp][] = [
    [
      {},
      /^provider_tls: the OP at \S+: its certificate is of a CA that is not trusted here .* -> set upstream\.tls\.ca/,
    ],
    [
      { ca: pems.ca },
      /^provider_tls: the OP at \S+: its certificate names another host \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    ],
  ]
  for (const [tls, found] of table)
    expectFound(t, await runDoctor(t, world.yaml, { change: { upstream: { url, tls } } }), [found])
})

t.test('broken: the running gateway is not ready', async (t) => {
  const [port = 0] = await freePorts(1)
  const broken = await startLabGateway({
    ...world.yaml,
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port },
    upstream: { url: `http://127.0.0.1:${free}` },
  })
  t.teardown(() => broken.gateway.close())
  const change = { admin: { host: '0.0.0.0', port } }
  expectFound(t, await runDoctor(t, world.yaml, { change }), [
    /^gateway_not_ready: the gateway at localhost:\d+ answers 503: .* -> repair/,
  ])
})

t.test('broken: what is in front', async (t) => {
  const behind = await openWorld(t)
  const port = Number(new URL(behind.publicUrl).port)
  await behind.gateway.close()
  expectFound(t, await runDoctor(t, behind.yaml), [
    /^public_address_unreachable: nothing answers at \S+ \(ECONNREFUSED\) -> start the gateway/,
  ])

  const started = [await startBehind(t, behind), await startBehind(t, behind)] as const
  await t.test('a proxy that is not trusted', async (t) => {
    await startFront(t, [started[0].port], {
      port,
      rewrite: (headers) => ({ ...headers, 'x-forwarded-for': '192.0.2.1' }),
    })
    expectFound(t, await runDoctor(t, behind.yaml), [
      /^forwarding_ignored: X-Forwarded-For comes from 127\.0\.0\.1, .* -> add 127\.0\.0\.1 to trustedProxies$/,
    ])
    const change = { admin: { port: started[0].admin } }
    expectFound(t, await runDoctor(t, behind.yaml, { change }), [
      /^gateway_warning: it warns: X-Forwarded-For comes from 127\.0\.0\.1, .* list it in trustedProxies/,
      /^forwarding_ignored: /,
    ])
  })
  await t.test('a proxy with the other header', async (t) => {
    await startFront(t, [started[0].port], {
      port,
      rewrite: (headers) => ({ ...headers, forwarded: 'for=192.0.2.1' }),
    })
    expectFound(t, await runDoctor(t, behind.yaml), [
      /^forwarding_ignored: Forwarded comes from .* -> add 127\.0\.0\.1 to trustedProxies, and set forwardingHeader: Forwarded$/,
    ])
  })
  await t.test('two gateways', async (t) => {
    await startFront(t, [started[0].port, started[1].port], { port })
    expectFound(t, await runDoctor(t, behind.yaml), [
      /^several_instances: several gateways .* -> run one instance only, or set store$/,
    ])
  })
  await t.test('a gateway and the OP in turn', async (t) => {
    await startFront(t, [started[0].port, Number(new URL(behind.op.url).port)], { port })
    expectFound(t, await runDoctor(t, behind.yaml), [/^several_instances: several servers .* ->/])
  })
  await t.test('the OP itself', async (t) => {
    await startFront(t, [Number(new URL(behind.op.url).port)], { port })
    expectFound(t, await runDoctor(t, behind.yaml), [
      /^public_address_not_gateway: .*: the OP's metadata is there, but no gateway .* -> point publicUrl's name/,
    ])
  })
  await t.test('something else', async (t) => {
    await startFront(t, [started[0].port], { port, retarget: () => '/nothing' })
    expectFound(t, await runDoctor(t, behind.yaml), [
      /^public_address_not_gateway: .*: what answers there is no gateway with these secrets \(status 404\)/,
    ])
  })
})

/** A gateway with the configuration of a world, at a port of its own. */
async function startBehind(t: Test, { yaml }: World) {
  const [port = 0, admin = 0] = await freePorts(2)
  const { gateway } = await startLabGateway({
    ...yaml,
    listen: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: admin },
  })
  t.teardown(() => gateway.close())
  await gateway.provider.ready()
  return { port, admin }
}

function expectFound(
  t: Test,
  { code, wrong, output }: Awaited<ReturnType<typeof runDoctor>>,
  found: readonly RegExp[],
) {
  t.equal(wrong.length, found.length, wrong.join('\n'))
  for (const [index, line] of wrong.entries()) t.match(line, found[index])
  t.equal(code, 1)
  t.notMatch(output, /secret-of-the-lab/)
}

const addressIn = (text: string): string => /^http\S+$/m.exec(text)?.[0] ?? ''

/** What the instructions ask for: alice signs in once, and reports the address where it ends. */
function aliceSignsIn(browser = shared()) {
  return async (text: string): Promise<string> => {
    const page = await browser.navigate(addressIn(text))
    return (isLoginPage(page) ? await logIn(browser, page, 'alice') : page).url
  }
}

function shared() {
  signedIn ??= openBrowser(t)
  return signedIn
}

import type { Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { describe, expectAlive, expectNoArtefact } from './frame/expect.ts'
import { type LenientStage, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, patientProbe, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerProbesWith } from './frame/scripted-op.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { navigation, send } from './frame/wire.ts'

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

function begin({ world }: Pick<RealStage, 'world'>): void {
  world.authsignal.control.setRules([stepUpForWeb])
  world.authsignal.control.clearFaults()
  world.clock.advance(11 * 60_000)
}

/** No code, whether by a redirect, an error or a page. */
function expectNoCode(t: Test, stage: RealStage, page: Page): void {
  const answer = answerOf(stage, page)
  t.notOk(answer.has('code') || answer.has('id_token'), 'no code', {
    page: [page.status, page.url, page.text],
  })
}

async function challenge(t: Test, stage: RealStage, more: Record<string, string> = {}) {
  begin(stage)
  const browser = await openSignedIn(t, stage)
  const page = await authorize(stage, browser, stage.world.web, more)
  t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
  return { browser, page }
}

/** Both ways to a challenge: before the OP has answered, and after. */
async function arrive(
  t: Test,
  stage: RealStage,
  how: 'session' | 'login',
): Promise<{ browser: Browser; page: Page }> {
  const browser = how === 'session' ? await openSignedIn(t, stage) : openBrowser(t)
  const page = await authorize(stage, browser, stage.world.web)
  if (how === 'session') return { browser, page }
  const credentials = { username: 'alice', password: 'alice' }
  return {
    browser,
    page: await browser.submit(page, credentials, { form: '/login', ...atHome(stage.world) }),
  }
}

runAttacks(
  'verdicts at the real OP',
  onRealStage({ clients: { web: { methods: ['AUTHENTICATOR_APP'] } }, authsignal: { timeout: '3s' } }),
  (attack) => {
    attack(
      'T-01',
      'a user whom Authsignal can not challenge',
      { 'with a session': 'session', 'after a login': 'login' },
      async (t, stage, how) => {
        begin(stage)
        const { control } = stage.world.authsignal
        for (const rules of [[stepUpForWeb], []]) {
          control.setRules(rules)
          control.unenrol('user-alice')
          const { browser, page: told } = await arrive(t, stage, how as 'session' | 'login')
          expectNoCode(t, stage, told)
          // Of several methods only one counts: our own page says so before.
          const page = await browser.click(told, 'Continue to verification')
          t.ok(isChallenge(page), 'has to enrol', { page: [page.status, page.url, page.text] })
          expectNoCode(t, stage, page)
          stage.world.clock.advance(11 * 60_000)
        }
        control.enrol('user-alice')
      },
    )
    attack(
      'T-03',
      'what validate says falls short',
      {
        'isValid false': { patch: { isValid: false } },
        'isValid as text': { patch: { isValid: 'true' } },
        'isValid 1': { patch: { isValid: 1 } },
        'isValid absent': { patch: { isValid: undefined } },
        'state ALLOW': { patch: { state: 'ALLOW' } },
        'state CHALLENGE_REQUIRED': { patch: { state: 'CHALLENGE_REQUIRED' } },
        'state CHALLENGE_FAILED': { patch: { state: 'CHALLENGE_FAILED' } },
        'state in lower case': { patch: { state: 'challenge_succeeded' } },
        'state in an array': { patch: { state: ['CHALLENGE_SUCCEEDED'] } },
        'state absent': { patch: { state: undefined } },
        'another user': { patch: { userId: 'user-bob' } },
        'a user in another case': { patch: { userId: 'User-Alice' } },
        'a user with a space': { patch: { userId: 'user-alice ' } },
        'a user in an array': { patch: { userId: ['user-alice'] } },
        'no user': { patch: { userId: undefined } },
        'user null': { patch: { userId: null } },
        'another action': { patch: { action: 'other', actionCode: 'other' } },
        'two actions': { patch: { actionCode: 'other' } },
        'no action': { patch: { action: undefined, actionCode: undefined } },
        'another key': { patch: { idempotencyKey: 'x' } },
        'no key': { patch: { idempotencyKey: undefined } },
        'a key in an array': { patch: { idempotencyKey: ['x'] } },
        'an error beside it': { patch: { error: 'User is invalid.' } },
        html: 'html',
        empty: 'empty',
        'an array': 'array',
        'a redirect to a forged answer': 'redirect',
        'a 500': '500',
        'a 401': '401',
        'a 429': '429',
        'a reset': { times: 2, fault: 'reset' },
        'the right words under a 202': { body: { isValid: true, state: 'CHALLENGE_SUCCEEDED' }, status: 202 },
        'a string': { body: 'CHALLENGE_SUCCEEDED' },
        null: { body: null },
      },
      async (t, stage, fault: unknown) => {
        const { browser, page } = await challenge(t, stage)
        const { fault: inner = fault, times = 1 } = fault as { fault?: unknown; times?: number }
        stage.world.authsignal.control.fault('validate', inner as '500', times)
        const after = await pass(stage, browser, page)
        expectNoCode(t, stage, after)
        t.ok(after.status >= 400, 'a page says so', { page: [after.status, after.url, after.text] })
        stage.world.authsignal.control.clearFaults()
        const reloaded = await browser.navigate(after.url, atHome(stage.world))
        expectNoCode(t, stage, reloaded)
      },
    )
    attack(
      'T-04',
      'the same token again',
      {
        'after success, in the same browser': { advanceMs: 0 },
        'after the minute of reloads': { advanceMs: 61_000 },
        'in another browser': { other: true },
        'at the return of another step-up': { next: true },
        'of a failed attempt': { failed: true },
      },
      async (t, stage, it: { advanceMs?: number; other?: boolean; next?: boolean; failed?: boolean }) => {
        const { world } = stage
        const { browser, page } = await challenge(t, stage)
        if (it.failed) world.authsignal.control.validateAs({ isValid: false })
        const first = await pass(stage, browser, page)
        const returned = first.hops.find(({ url }) => url.includes('/step-up/return/'))?.url ?? ''
        t.match(returned, /token=/)
        const releases = world.audit('released').length
        world.clock.advance(it.advanceMs ?? 0)
        let target = returned
        if (it.next) {
          const again = await authorize(stage, browser, world.web)
          t.ok(isChallenge(again))
          const redirectUrl = String(world.authsignal.control.tracks.at(-1)?.attributes['redirectUrl'])
          target = `${redirectUrl}?${new URL(returned).searchParams}`
        }
        const replayer = it.other ? openBrowser(t) : browser
        const replay = await replayer.navigate(target, { follow: false })
        t.ok(world.audit('released').length === releases, 'nothing more is released')
        if (it.advanceMs !== 0)
          t.ok(replay.status >= 400, 'is refused', { page: [replay.status, replay.text] })
        if (it.failed || it.next || it.other) t.notOk(replay.headers['location'], 'leads nowhere')
      },
    )
    attack(
      'T-05',
      'a verdict for one need is none for another',
      {
        'another client': { client: 'web2' },
        'a wider scope': { scope: 'openid profile email' },
        'another subject': { as: 'bob' },
      },
      async (t, stage, it: { client?: 'web2'; scope?: string; as?: string }) => {
        const { world } = stage
        const { browser, page } = await challenge(t, stage, { scope: 'openid profile' })
        world.authsignal.control.setRules([stepUpForAll])
        // The pass is written for the first need and waits: its request is answered only later.
        const redirectUrl = String(world.authsignal.control.tracks.at(-1)?.attributes['redirectUrl'])
        const back = await world.authsignal.control.complete({ userId: 'user-alice' })
        t.ok(back.startsWith(redirectUrl))
        await browser.navigate(back, { follow: false })
        t.ok(page)
        if (it.as !== undefined) {
          for (const { key, domain, path } of await browser.jar.getCookies(world.publicUrl))
            if (key !== 'step-up') await browser.jar.store.removeCookie(domain ?? '', path ?? '', key)
          for (const pair of (await stage.cookiesOf(it.as)).split('; '))
            await browser.jar.setCookie(`${pair}; Path=/`, world.publicUrl)
        }
        const next = await authorize(stage, browser, it.client ? world[it.client] : world.web, {
          scope: it.scope ?? 'openid profile',
        })
        t.ok(isChallenge(next), 'is challenged anew', { page: [next.status, next.url, next.text] })
        expectNoCode(t, stage, next)
      },
    )
    attack('T-06', 'idempotency keys', { 'ten of them': 10 }, async (t, stage, count) => {
      begin(stage)
      const { control } = stage.world.authsignal
      const start = control.tracks.length
      for (let round = 0; round < count; round++) {
        const target = `/connect/authorize?${authorizeQuery(stage.world.web, { state: nextState(), idempotencyKey: 'mine', idempotency_key: 'mine' })}`
        await send(stage.world.publicUrl, {
          target,
          headers: [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation],
        })
      }
      const keys = control.tracks.slice(start).map(({ attributes }) => String(attributes['idempotencyKey']))
      t.equal(new Set(keys).size, count, 'differ')
      for (const key of keys) t.match(key, /^[\w-]{22}$/, 'are 128 bits that nobody chose')
    })
    attack(
      'T-07',
      'tokens that Authsignal did not make',
      {
        'alg none': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"other":{"userId":"user-alice"}}').toString('base64url')}.`,
        'another signature': 'eyJhbGciOiJIUzI1NiJ9.eyJvdGhlciI6e319.AAAA',
        'no JWT': 'x',
        'a URL': 'https://evil.example/',
        spaces: '   ',
        '16 KiB': 'x'.repeat(12_000),
      },
      async (t, stage, token) => {
        const { browser } = await challenge(t, stage)
        const { control } = stage.world.authsignal
        const redirectUrl = String(control.tracks.at(-1)?.attributes['redirectUrl'])
        const before = control.validations.length
        const page = await browser.navigate(
          `${redirectUrl}?token=${encodeURIComponent(token)}`,
          atHome(stage.world),
        )
        expectNoCode(t, stage, page)
        t.ok(page.status >= 400)
        t.equal(control.validations.length, before + 1, 'Authsignal itself is asked')
      },
    )
    attack(
      'T-08',
      'when the challenge succeeded',
      {
        'an hour before': -3_600_000,
        'a minute before it began': -60_000,
        'in an hour': 3_600_000,
        'in two minutes': 120_000,
        absent: undefined,
        'no time': 'yesterday',
        'a number': 1_790_000_000,
      },
      async (t, stage, at: unknown) => {
        const { browser, page } = await challenge(t, stage)
        const opened = Date.now() + clockOf(stage)
        const stateUpdatedAt =
          typeof at === 'number' && Math.abs(at) < 1e8 ? new Date(opened + at).toISOString() : at
        stage.world.authsignal.control.fault('validate', { patch: { stateUpdatedAt } })
        expectNoCode(t, stage, await pass(stage, browser, page))
      },
    )
    attack(
      'T-09',
      'a method that the policy does not list',
      {
        ...Object.fromEntries(
          [
            'EMAIL_OTP',
            'SMS',
            'RECOVERY_CODE',
            'authenticator_app',
            'PASSKEY',
            '',
            null,
            ['AUTHENTICATOR_APP'],
          ].map((verificationMethod) => [`${JSON.stringify(verificationMethod)}`, { verificationMethod }]),
        ),
        absent: { verificationMethod: undefined },
      },
      async (t, stage, patch: { verificationMethod: unknown }) => {
        const { browser, page } = await challenge(t, stage)
        stage.world.authsignal.control.fault('validate', { patch })
        expectNoCode(t, stage, await pass(stage, browser, page))
        const again = await authorize(stage, browser, stage.world.web)
        t.ok(isChallenge(again), 'and nothing is remembered')
      },
    )
    const trackFaults: Record<string, unknown> = {
      BLOCK: { patch: { state: 'BLOCK' } },
      REVIEW_REQUIRED: { patch: { state: 'REVIEW_REQUIRED' } },
      'an unknown state': { patch: { state: 'ALLOW_MAYBE' } },
      'allow in lower case': { patch: { state: 'allow' } },
      'no state': { patch: { state: undefined } },
      'a state in an array': { patch: { state: ['ALLOW'] } },
      'no url': { patch: { url: undefined } },
      'an empty url': { patch: { url: '' } },
      'ALLOW, isEnrolled as text': { patch: { state: 'ALLOW', isEnrolled: 'true' } },
      'ALLOW, isEnrolled absent': { patch: { state: 'ALLOW', isEnrolled: undefined } },
      'ALLOW for another key': { patch: { state: 'ALLOW', idempotencyKey: 'x' } },
      'ALLOW without a key': { patch: { state: 'ALLOW', idempotencyKey: undefined } },
      CHALLENGE_SUCCEEDED: { patch: { state: 'CHALLENGE_SUCCEEDED' } },
    }
    for (const how of ['session', 'login'] as const) {
      attack(
        'T-10',
        `what track says is no permission, ${how}`,
        trackFaults,
        async (t, stage, fault: unknown) => {
          begin(stage)
          stage.world.authsignal.control.fault('track', fault as '500', 3)
          const { page } = await arrive(t, stage, how)
          expectNoCode(t, stage, page)
          t.notOk(isChallenge(page), 'nor is there a challenge')
          stage.world.authsignal.control.clearFaults()
        },
      )
      attack(
        'V-01',
        `track fails, ${how}`,
        ['timeout', 'reset', 'lost', '400', '401', '429', '500', '503', 'html', 'empty', 'array', 'redirect'],
        async (t, stage, fault) => {
          begin(stage)
          stage.world.authsignal.control.fault('track', fault as '500', 4)
          const { page } = await arrive(t, stage, how)
          expectNoCode(t, stage, page)
          t.match(
            String(page.headers['location'] ?? ''),
            /error=(?:temporarily_unavailable|server_error|access_denied)/,
          )
          stage.world.authsignal.control.clearFaults()
        },
      )
    }
    attack('V-01', 'validate takes too long', { timeout: 'timeout' }, async (t, stage) => {
      const { browser, page } = await challenge(t, stage)
      stage.world.authsignal.control.fault('validate', 'timeout', 2)
      expectNoCode(t, stage, await pass(stage, browser, page))
      stage.world.authsignal.control.clearFaults()
    })
    attack(
      'N-06',
      'one sign-in is one challenge',
      { 'a lost answer of track': 'lost', 'a reset': 'reset' },
      async (t, stage, fault) => {
        begin(stage)
        const { control } = stage.world.authsignal
        const start = control.tracks.length
        control.fault('track', fault as 'lost')
        const { page } = await arrive(t, stage, 'login')
        t.ok(isChallenge(page))
        const keys = control.tracks.slice(start).map(({ attributes }) => attributes['idempotencyKey'])
        t.equal(new Set(keys).size, 1, 'the second try has the key of the first', { keys: keys.length })
      },
    )
  },
)

/** How far the clock of the world is ahead. */
function clockOf({ world }: RealStage): number {
  const last = world.authsignal.control.action('user-alice')
  return last.createdAt - Date.now()
}

runAttacks(
  'who fails open, and where',
  onRealStage({ clients: { web: { onError: 'allow' } }, authsignal: { timeout: '3s' } }),
  (attack) => {
    attack(
      'V-01',
      'a client that may fail open does so only where nobody answered track',
      {
        '400': { fault: '400', isOpen: false },
        '401': { fault: '401', isOpen: false },
        '429': { fault: '429', isOpen: false },
        html: { fault: 'html', isOpen: false },
        empty: { fault: 'empty', isOpen: false },
        array: { fault: 'array', isOpen: false },
        redirect: { fault: 'redirect', isOpen: false },
        '500': { fault: '500', isOpen: true },
        '503': { fault: '503', isOpen: true },
        timeout: { fault: 'timeout', isOpen: true },
      },
      async (t, stage, { fault, isOpen }: { fault: string; isOpen: boolean }) => {
        begin(stage)
        const { control } = stage.world.authsignal
        control.fault('track', fault as '500', 4)
        const { page } = await arrive(t, stage, 'login')
        control.clearFaults()
        t.equal(answerOf(stage, page).has('code'), isOpen, 'open or closed', {
          page: [page.status, page.text],
        })
        if (isOpen) t.match(stage.world.audit('decision').at(-1), { reason: 'fail_open' })
      },
    )
  },
)

runAttacks('users with odd ids', onLenientStage(), (attack) => {
  attack(
    'T-02',
    'a subject that leads elsewhere in a URL',
    {
      'a slash': 'a/b',
      'a question mark': 'user-alice?x=1',
      'a number sign': 'user-alice#x',
      'a dot': '.',
      'two dots': '..',
      'escaped dots': '%2e%2e',
      'a way up': '../user-bob',
      'a backslash': 'a\\b',
      'an escaped slash': 'a%2fb',
      'a percent sign': '100%',
      unicode: 'üser\u2603',
      'a lone surrogate': '\ud800',
      'a line end': 'a\nb',
      'a space': ' user-alice',
      '300 characters': 'x'.repeat(300),
      '255 characters': 'x'.repeat(255),
      empty: '',
    },
    async (t, stage: LenientStage, sub) => {
      const { world, op } = stage
      world.clock.advance(61_000)
      const start = world.authsignal.control.tracks.length
      const probed = await op.signIdToken({ sub, aud: 'step-up-gateway' })
      answerProbesWith(op, world.publicUrl, { sub })
      t.ok(probed)
      const target = `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`
      const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
      op.onProbe = undefined
      expectNoArtefact(t, answer)
      for (const { userId } of world.authsignal.control.tracks.slice(start))
        t.equal(userId, sub, 'Authsignal hears the very same id')
      await expectAlive(t, world)
    },
  )
})

const impatient = { probe: { ...patientProbe, timeout: '3s' } }

runAttacks('a probe that fails', onLenientStage(impatient), (attack) => {
  attack(
    'V-02',
    'the probe is made to fail',
    {
      login_required: { error: 'login_required' },
      consent_required: { error: 'consent_required' },
      'another state': { state: 'x' },
      'no code': { code: '' },
      'code and error': { error: 'x', code: 'c' },
      'another issuer': { iss: 'https://evil.example' },
      'a page': 200,
      'a 500': 500,
      'a 404': 404,
      'a cut': 'cut',
      silence: 'silence',
    },
    async (t, stage: LenientStage, how: Record<string, string> | number | string) => {
      const { world, op } = stage
      op.onProbe = ({ url }, response) => {
        if (how === 'silence') return true
        if (how === 'cut') response.socket?.destroy()
        else if (typeof how === 'number') response.writeHead(how, { 'content-type': 'text/html' }).end('<p>x')
        else {
          const asked = new URL(url, world.publicUrl).searchParams
          const answer = {
            code: 'c',
            state: asked.get('state') ?? '',
            iss: world.publicUrl,
            ...(how as object),
          }
          response
            .writeHead(303, { location: `${asked.get('redirect_uri')}?${new URLSearchParams(answer)}` })
            .end()
        }
        return true
      }
      for (const target of [
        `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`,
        '/login',
      ]) {
        const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
        expectNoArtefact(t, answer)
        t.match(answer.headers['location'] ?? '', /error=server_error/, 'ends in an error', {
          answer: describe(answer),
        })
      }
      op.onProbe = undefined
    },
  )
})

import type { Test } from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { expectNoArtefact } from './frame/expect.ts'
import { begin, Jar } from './frame/jar.ts'
import { canary, type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

const hour = 3_600_000
/** Only a request that is known to ask for `admin` is challenged. */
const stepUpForAdmin: Rule = {
  ruleId: '6f3c1a52-5d7e-4b0c-9a57-1f0f6d8a0011',
  name: 'step up for the scope admin',
  isActive: true,
  priority: 1,
  type: 'CHALLENGE',
  conditions: { in: ['admin', { var: 'custom.scope' }] },
}

const shared = 'http://app.localhost:9/shared'
const [strict, easy] = ['strict', 'easy']

async function end({ world, op }: LenientStage, jar: Jar, location: string): Promise<Answer> {
  op.answer = (_request, response) => response.writeHead(303, { location }).end()
  return send(world.publicUrl, { target: '/auth/resume', headers: [jar.header(), ...navigation] })
}

const codeAt = (uri: string, more = '') => `${uri}?code=${canary.code}${more}`

/** Early decisions would be made before the request is hidden. */
const undecided = { max_age: '3600' }

interface Hiding {
  /** Of the request. */
  readonly state?: string
  /** Of the answer. */
  readonly answered?: string
  readonly meanwhile?: (stage: LenientStage, jar: Jar) => Promise<unknown> | unknown
}

runAttacks(
  'requests that are hidden from the rules',
  onLenientStage({ rules: [stepUpForAdmin] }),
  (attack) => {
    const query = ({ world }: LenientStage, more: Record<string, string>) =>
      authorizeQuery(world.web, { scope: 'openid admin', ...undecided, ...more })

    attack<Hiding>(
      'J-11',
      'an answer whose request can not be found is not released on ALLOW alone',
      {
        'the state is altered on the way back': { state: 's', answered: '&state=t' },
        'the state is left out on the way back': { state: 's' },
        'a state is added on the way back': { state: '', answered: '&state=s' },
        'after more than an hour': {
          state: 's',
          answered: '&state=s',
          meanwhile: ({ world }) => world.clock.advance(2 * hour),
        },
        "the gateway's cookies are deleted": {
          state: 's',
          answered: '&state=s',
          meanwhile: (_stage, { cookies }) => {
            for (const name of cookies.keys()) if (name !== '_session') cookies.delete(name)
          },
        },
        'with the cookie of another browser': {
          state: 's',
          answered: '&state=s',
          meanwhile: (_stage, { cookies }) => {
            for (const name of cookies.keys()) if (name !== '_session') cookies.delete(name)
            cookies.set('step-up', 'b'.repeat(43))
          },
        },
      },
      async (t, stage, { state = '', answered = '', meanwhile }) => {
        const { world } = stage
        const jar = new Jar()
        await begin(stage, jar, query(stage, { state }))
        await meanwhile?.(stage, jar)
        const answer = await end(stage, jar, codeAt(world.web.redirectUri, answered))
        expectNoArtefact(t, answer)
        t.match(answer.headers['location'], /\?error=interaction_required/, 'the client starts anew')
        t.match(world.authsignal.control.tracks.at(-1)?.attributes['custom'], { request: 'unknown' })
      },
    )
    attack<Hiding>(
      'J-11',
      'a smaller request of the same browser does not stand for the larger one',
      {
        'with the same state': { state: 's', answered: '&state=s' },
        'both without state': {},
      },
      async (t, stage, { state = '', answered = '' }) => {
        const jar = new Jar()
        await begin(stage, jar, query(stage, { state }))
        await begin(stage, jar, query(stage, { state, scope: 'openid' }))
        const answer = await end(stage, jar, codeAt(stage.world.web.redirectUri, answered))
        expectChallenged(t, answer)
      },
    )
    attack<Hiding>(
      'J-11',
      'a request that is found is judged by what it asks for, whatever hides it',
      {
        'with a state': { state: 's', answered: '&state=s' },
        'without a state': {},
        'with an empty state': { answered: '&state=' },
        'after half an hour': { meanwhile: ({ world }) => world.clock.advance(hour / 2) },
        'while anybody asks with the same state': {
          state: 's',
          answered: '&state=s',
          meanwhile: (stage) => begin(stage, new Jar(), query(stage, { state: 's', scope: 'openid' })),
        },
      },
      async (t, stage, { state = '', answered = '', meanwhile }) => {
        const jar = new Jar()
        await begin(stage, jar, query(stage, { state }))
        await meanwhile?.(stage, jar)
        expectChallenged(t, await end(stage, jar, codeAt(stage.world.web.redirectUri, answered)))
        const small = new Jar()
        await begin(stage, small, query(stage, { state, scope: 'openid' }))
        const answer = await end(stage, small, codeAt(stage.world.web.redirectUri, answered))
        t.match(answer.headers['location'], canary.code, 'and of another browser by what that one asks for')
      },
    )
  },
)

function expectChallenged(t: Test, answer: Answer): void {
  expectNoArtefact(t, answer)
  t.match(answer.headers['location'], /^\/step-up\/challenge\//)
}

const everyType = ['code', 'id_token', 'code id_token', 'code token', 'code id_token token']
const sharing = {
  [strict]: { mode: 'enforce', redirectUris: [shared], action: 'strict', unenrolled: 'deny' },
  [easy]: { mode: 'enforce', redirectUris: [shared], action: 'easy', satisfiedByAmr: ['pwd'] },
  open: { mode: 'off', redirectUris: [shared] },
  web: { responseTypes: everyType },
}

const stepUpForStrict: Rule = {
  ...stepUpForAdmin,
  name: 'step up for the client strict',
  conditions: { '==': [{ var: 'custom.client_id' }, strict] },
}

runAttacks(
  'a redirect URI that clients share',
  onLenientStage({ clients: sharing, rules: [stepUpForStrict] }),
  (attack) => {
    const ask = (clientId: string, more: Record<string, string> = {}) =>
      authorizeQuery({ clientId, redirectUri: shared }, { ...undecided, ...more })

    attack(
      'S-20',
      'the strictest of all policies that a request and its address name governs',
      { 'a client that is off': 'open', 'a client that is not listed': 'other' },
      async (t, stage, clientId) => {
        const jar = new Jar()
        await begin(stage, jar, ask(clientId))
        await end(stage, jar, codeAt(shared, '&state=the-state'))
        const judged = {
          client_id: clientId,
          mode: 'enforce',
          action: 'strict',
          reason: 'no_challenge_needed',
        }
        t.match(
          stage.world.audit('decision').at(-1),
          judged,
          'no method of the one policy satisfies the other',
        )
      },
    )
    attack(
      'S-20',
      'each client that lists the address is held to its own policy',
      [strict],
      async (t, stage) => {
        const jar = new Jar()
        await begin(stage, jar, ask(strict))
        expectChallenged(t, await end(stage, jar, codeAt(shared, '&state=the-state')))
      },
    )
    attack(
      'S-20',
      'an access token may not leave to an address of several clients without their policies',
      ['code token'],
      async (t, stage, type) => {
        const jar = new Jar()
        await begin(stage, jar, ask(easy, { response_type: type }))
        const answer = await end(stage, jar, `${shared}#code=x&access_token=${canary.token}&state=the-state`)
        expectNoArtefact(t, answer)
      },
    )
    attack('S-20', 'the client that lists the address says whose request it is', [easy], async (t, stage) => {
      const jar = new Jar()
      await begin(stage, jar, ask(easy))
      const answer = await end(stage, jar, codeAt(shared, '&state=the-state'))
      t.match(answer.headers['location'], canary.code, 'released by its own rules')
    })
    attack(
      'S-20',
      'an answer to an address of several clients needs its request',
      { 'no request': '', 'another state': '&state=other' },
      async (t, stage, more) => {
        const jar = new Jar()
        await begin(stage, jar, ask(easy))
        const answer = await end(stage, jar, codeAt(shared, more))
        expectNoArtefact(t, answer)
        t.equal(answer.status, 410, 'start again at the application')
      },
    )
    attack(
      'S-20',
      'an ID token for a protected client is held to its policy, whoever lists the address',
      ['id_token', 'code id_token'],
      async (t, stage, type) => {
        const { world, op } = stage
        const jar = new Jar()
        await begin(stage, jar, ask('open', { response_type: type }))
        const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web' })
        const code = type.includes('code') ? `code=${canary.code}&` : ''
        const answer = await end(stage, jar, `${shared}#${code}id_token=${idToken}&state=the-state`)
        expectNoArtefact(t, answer)
        t.ok(world.audit('decision').length + world.audit('security').length > 0)
      },
    )
    attack(
      'S-20',
      'an ID token for a protected client does not go where nobody lists the address',
      ['id_token', 'code id_token'],
      async (t, stage, type) => {
        const { world, op } = stage
        const jar = new Jar()
        const nobodys = { clientId: 'other', redirectUri: 'http://app.localhost:9/nobodys' }
        await begin(stage, jar, authorizeQuery(nobodys, { ...undecided, response_type: type }))
        const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web' })
        const code = type.includes('code') ? `code=${canary.code}&` : ''
        const location = `${nobodys.redirectUri}#${code}id_token=${idToken}&state=the-state`
        const answer = await end(stage, jar, location)
        expectNoArtefact(t, answer)
        t.equal(answer.status, 403, 'is refused')
        t.match(world.audit('security').at(-1), { event: 'unlisted_redirect_uri', client_id: 'web' })
      },
    )
  },
)

const tokenAt = (uri: string, more = '') => `${uri}#access_token=${canary.token}&token_type=Bearer${more}`
const foreign = 'http://app.localhost:9/elsewhere'
const jarm = `${foreign}?response=a.b.c`

runAttacks(
  'tokens in the front channel without a request that was read',
  onLenientStage({ clients: { web: { responseTypes: [...everyType, 'id_token token'] } } }),
  (attack) => {
    attack<{ asked?: Record<string, string>; answer: string; resumes?: boolean }>(
      'R-25',
      'an access token passes only in answer to a request that names client, address and type',
      {
        'no request at all': { answer: tokenAt(foreign) },
        'a request that names no client': {
          asked: { client_id: '', redirect_uri: foreign, response_type: 'token' },
          answer: tokenAt(foreign, '&state=the-state'),
        },
        'a request for another address': {
          asked: { client_id: 'other', redirect_uri: `${foreign}/else`, response_type: 'token' },
          answer: tokenAt(foreign, '&state=the-state'),
        },
        'a request for a code only': {
          asked: { client_id: 'other', redirect_uri: foreign, response_type: 'code' },
          answer: tokenAt(foreign, '&state=the-state'),
        },
        'another state': {
          asked: { client_id: 'other', redirect_uri: foreign, response_type: 'token' },
          answer: tokenAt(foreign, '&state=another'),
          resumes: true,
        },
        'a signed response': { answer: `${foreign}?response=a.b.c` },
        'to what is no address': { answer: `data:x#access_token=${canary.token}` },
      },
      async (t, stage, { asked, answer, resumes }) => {
        const { world, op } = stage
        const jar = new Jar()
        const target = `/connect/authorize?${authorizeQuery(world.other, asked)}`
        if (resumes) await begin(stage, jar, authorizeQuery(world.other, asked))
        op.answer = (_request, response) => response.writeHead(303, { location: answer }).end()
        const path = asked && !resumes ? target : '/auth/resume'
        const got = await send(world.publicUrl, { target: path, headers: [jar.header(), ...navigation] })
        expectNoArtefact(t, got)
        t.equal(got.status, 410)
      },
    )
    attack(
      'R-25',
      'the honest answer to a client that is not protected passes as it is',
      {
        'in the same exchange': { resumes: false },
        'after a login page': { resumes: true },
        'once more, for another type': { resumes: true, more: { response_type: 'code token' } },
        'in a JWT': {
          resumes: false,
          more: { response_type: 'code', response_mode: 'query.jwt' },
          answer: jarm,
        },
        'in a JWT after a login page': { resumes: true, more: { response_mode: 'jwt' }, answer: jarm },
      } as Record<string, { resumes: boolean; more?: Record<string, string>; answer?: string }>,
      async (t, stage, { resumes, more = {}, answer = tokenAt(foreign, '&state=the-state') }) => {
        const { world, op } = stage
        const jar = new Jar()
        const asked = { client_id: 'other', redirect_uri: foreign, response_type: 'token', ...more }
        if (resumes) await begin(stage, jar, authorizeQuery(world.other, asked))
        const location = answer
        op.answer = (_request, response) => response.writeHead(303, { location }).end()
        const target = resumes ? '/auth/resume' : `/connect/authorize?${authorizeQuery(world.other, asked)}`
        const got = await send(world.publicUrl, { target, headers: [jar.header(), ...navigation] })
        t.equal(got.headers['location'], location)
        t.equal(got.headers['set-cookie'], undefined, 'without a cookie')
      },
    )
    attack(
      'R-25',
      'what a client that is not protected pushed is known, and what it leaves out is not made up',
      { 'a pushed request': true, 'a request without an address': false },
      async (t, stage, isPushed) => {
        const { world, op } = stage
        const asked = { client_id: 'other', redirect_uri: foreign, response_type: 'token' }
        const answer = JSON.stringify({ request_uri: 'urn:of-other', expires_in: 60 })
        op.answer = (_request, response) => response.writeHead(201).end(answer)
        const body = authorizeQuery(world.other, asked)
        await send(world.publicUrl, { method: 'POST', target: '/connect/par', headers: [form], body })
        const location = tokenAt(foreign, isPushed ? '&state=the-state' : '&state=unheard-of')
        op.answer = (_request, response) => response.writeHead(303, { location }).end()
        const query = isPushed ? 'request_uri=urn:of-other' : 'scope=openid'
        const target = `/connect/authorize?client_id=other&${query}`
        const got = await send(world.publicUrl, { target, headers: [new Jar().header(), ...navigation] })
        if (isPushed) t.equal(got.headers['location'], location)
        else t.equal(got.status, 410)
      },
    )
    attack(
      'R-25',
      'tokens for a protected client need its request',
      { 'no request': '', 'a request for a code': 'code' },
      async (t, stage, type) => {
        const { world, op } = stage
        const jar = new Jar()
        if (type !== '')
          await begin(stage, jar, authorizeQuery(world.web, { ...undecided, response_type: type }))
        const idToken = await op.signIdToken({ sub: 'user-alice', aud: 'web' })
        const location = `${world.web.redirectUri}#id_token=${idToken}&state=the-state`
        const answer = await end(stage, jar, location)
        expectNoArtefact(t, answer)
        t.match(answer.headers['location'], /#error=interaction_required/)
      },
    )
  },
)

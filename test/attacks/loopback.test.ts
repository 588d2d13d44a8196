import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { basic, redeem } from './frame/codes.ts'
import { describe, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { begin, Jar } from './frame/jar.ts'
import { canary, type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, navigation, send } from './frame/wire.ts'

const cli = { clientId: 'cli', redirectUri: 'http://localhost:9000/cb' }
const tool = { clientId: 'tool', redirectUri: 'http://localhost:8000/cb' }
const clients = {
  cli: { mode: 'enforce', redirectUris: [cli.redirectUri, 'http://localhost:9000/off'] },
  'no-port': { mode: 'enforce', redirectUris: ['http://127.0.0.1/other'] },
  'off-tool': { mode: 'off', redirectUris: ['http://localhost:7000/off'] },
}

const undecided = { state: 's', max_age: '3600' }

/** The OP answers a request that it was asked before, in an exchange of its own. */
async function end({ world, op }: LenientStage, jar: Jar, location: string): Promise<Answer> {
  op.answer = (_request, response) => response.writeHead(303, { location }).end()
  return send(world.publicUrl, { target: '/login', headers: [jar.header(), ...navigation] })
}

const codeAt = ({ redirectUri }: typeof tool) => `${redirectUri}?code=${canary.code}&state=s`

const isHeld = /^\/step-up\/challenge\//

runAttacks('clients of one machine', onLenientStage({ clients }), (attack) => {
  const neighbours = {
    'that is not listed': tool,
    'by another name of the machine': { ...tool, redirectUri: 'http://127.0.0.1:8000/cb' },
    'in IPv6': { ...tool, redirectUri: 'http://[::1]:8000/cb' },
    'without a port': { ...tool, redirectUri: 'http://localhost/cb' },
    'with a port where none is listed': { ...tool, redirectUri: 'http://127.0.0.1:8000/other' },
    'that is listed and off': { clientId: 'off-tool', redirectUri: 'http://localhost:7000/off' },
  }
  attack('C-12', 'another client at another port is not challenged', neighbours, async (t, stage, client) => {
    const { world, op } = stage
    const query = authorizeQuery(client, undecided)
    op.answer = (_request, response) => response.writeHead(303, { location: codeAt(client) }).end()
    const at = { target: `/connect/authorize?${query}`, headers: [stage.cookie, ...navigation] }
    const atOnce = await send(world.publicUrl, at)
    t.equal(atOnce.headers['location'], codeAt(client), 'at once')
    const jar = new Jar()
    await begin(stage, jar, query)
    const later = await end(stage, jar, codeAt(client))
    t.equal(later.headers['location'], codeAt(client), 'after a login')
    t.equal(world.authsignal.control.tracks.length, 0)
  })
  attack(
    'C-12',
    'where it is not certain who is answered, the strictest policy counts',
    {
      'no request is known': { asks: [] },
      'the request has another state': { asks: [authorizeQuery(tool, { ...undecided, state: 't' })] },
      'the listed client asked too': {
        asks: [authorizeQuery(tool, undecided), authorizeQuery(cli, undecided)],
      },
      'the listed client asked before': {
        asks: [authorizeQuery(cli, undecided), authorizeQuery(tool, undecided)],
      },
      'the same port': { asks: [authorizeQuery({ ...cli, clientId: 'tool' }, undecided)], at: cli },
      'the same port by another name': {
        asks: [authorizeQuery({ clientId: 'tool', redirectUri: 'http://127.0.0.1:9000/cb' }, undecided)],
        at: { ...tool, redirectUri: 'http://127.0.0.1:9000/cb' },
      },
      'nobody is named': { asks: [authorizeQuery({ ...tool, clientId: '' }, undecided)] },
      'another protected client is named': {
        asks: [authorizeQuery({ ...tool, clientId: 'web' }, undecided)],
      },
    } as Record<string, { asks: string[]; at?: typeof tool }>,
    async (t, stage, { asks, at = tool }) => {
      const jar = new Jar()
      for (const query of asks) await begin(stage, jar, query)
      const answer = await end(stage, jar, codeAt(at))
      t.match(answer.headers['location'], isHeld, describe(answer))
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'C-12',
    'who is not named is nobody next door, and elsewhere passes as ever',
    { 'next door': tool, elsewhere: { clientId: '', redirectUri: 'https://nobody.example/cb' } },
    async (t, { world, op, cookie }, { redirectUri }) => {
      const client = { clientId: '', redirectUri }
      op.answer = (_request, response) => response.writeHead(303, { location: codeAt(client) }).end()
      const target = `/connect/authorize?${authorizeQuery(client, undecided)}`
      const answer = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
      if (redirectUri === tool.redirectUri) t.match(answer.headers['location'], isHeld)
      else t.equal(answer.headers['location'], codeAt(client))
    },
  )
  attack(
    'C-12',
    'only a code goes through, which waits at the token endpoint',
    ['access_token=x', 'id_token=x', 'code=x&access_token=y', 'response=a.b.c'],
    async (t, stage, content) => {
      const jar = new Jar()
      await begin(stage, jar, authorizeQuery(tool, undecided))
      const answer = await end(stage, jar, `${tool.redirectUri}#${content}&state=s`)
      t.match(answer.headers['location'], /#error=/, describe(answer))
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'C-12',
    'what a request only refers to may be of the listed client',
    {
      'a pushed request that was not seen': 'request_uri=urn:of-cli',
      'an encrypted object': 'request=a.b.c.d.e',
    },
    async (t, stage, more) => {
      const seen = watchOp(stage.op.requests)
      const target = `/connect/authorize?${authorizeQuery(tool)}&${more}`
      expectRefused(t, await send(stage.world.publicUrl, { target, headers: navigation }), [400, 410], seen)
    },
  )
  attack(
    'C-12',
    'an id that could be the listed one is nobody',
    ['CLI', 'cli ', 'c%6ci'],
    async (t, stage, clientId) => {
      const seen = watchOp(stage.op.requests)
      const target = `/connect/authorize?${authorizeQuery({ ...tool, clientId })}`
      expectRefused(t, await send(stage.world.publicUrl, { target, headers: navigation }), 400, seen)
    },
  )
  attack(
    'C-12',
    "a code of the listed client that goes out as another's does not redeem",
    { 'with its cookie changed for that of another browser': undefined },
    async (t, stage) => {
      const jar = new Jar()
      await begin(stage, jar, authorizeQuery(tool, undecided))
      const answer = await end(stage, jar, codeAt(tool))
      t.equal(answer.headers['location'], codeAt(tool))
      const seen = watchOp(stage.op.requests)
      const headers = [basic('cli', 's')]
      expectRefused(t, await redeem(stage.world, cli, canary.code, { headers }), 400, seen)
    },
  )
})

const native = { clientId: 'native', redirectUri: 'http://127.0.0.1:51004/any/path' }
const tls = { clientId: 'tls', redirectUri: 'https://localhost:5002/cb' }

runAttacks(
  'native applications at any path, and ports with TLS',
  onLenientStage({
    clients: {
      native: { mode: 'enforce', redirectUris: ['http://127.0.0.1/*'] },
      tls: { mode: 'enforce', redirectUris: [tls.redirectUri] },
    },
  }),
  (attack) => {
    const ask = async ({ world, op }: LenientStage, client: typeof native): Promise<Answer> => {
      op.answer = (_request, response) => response.writeHead(303, { location: codeAt(client) }).end()
      const target = `/connect/authorize?${authorizeQuery(client, undecided)}`
      return send(world.publicUrl, { target, headers: ['Cookie: _session=user-alice', ...navigation] })
    }
    attack(
      'C-12',
      'what is listed is challenged, at whatever path and port',
      { 'any path': native, 'its port with TLS': tls },
      async (t, stage, client) => {
        const answer = await ask(stage, client)
        t.match(answer.headers['location'], isHeld, describe(answer))
        expectNoArtefact(t, answer)
        const later = await end(stage, new Jar(), codeAt(client))
        t.match(later.headers['location'], isHeld, 'also when no request is known')
      },
    )
    attack(
      'C-12',
      'any path is one of http on this machine, and a port with TLS is an application',
      {
        'any path with TLS': { ...native, redirectUri: 'https://127.0.0.1:51004/any/path' },
        'another machine': { ...native, redirectUri: 'http://127.0.0.2:51004/any/path' },
        'a name that begins like it': { ...native, redirectUri: 'http://127.0.0.1.evil.example/any/path' },
        'a host in the path': { ...native, redirectUri: 'http://evil.example/127.0.0.1/any/path' },
        'the wildcard elsewhere': { ...native, redirectUri: 'https://evil.example/*' },
        'another port with TLS': { ...tls, redirectUri: 'https://localhost:5003/cb' },
        'no port with TLS': { ...tls, redirectUri: 'https://localhost/cb' },
        'its port without TLS': { ...tls, redirectUri: 'http://evil.localhost:5002/cb' },
      },
      async (t, stage, client) => {
        const seen = watchOp(stage.op.requests)
        expectRefused(t, await ask(stage, client), 403, seen)
        const jar = new Jar()
        await begin(stage, jar, authorizeQuery({ ...client, redirectUri: native.redirectUri }, undecided))
        const answer = await end(stage, jar, codeAt(client))
        t.notMatch(answer.headers['location'], isHeld, 'no challenge for it either')
      },
    )
    attack(
      'C-12',
      'the application at another port with TLS is another client, with a code or with tokens',
      ['code', 'id_token', 'token'],
      async (t, { world, op, cookie }, type) => {
        const client = { clientId: 'tool', redirectUri: 'https://localhost:5003/cb' }
        const location = `${client.redirectUri}#${type}=${canary.code}&state=s`
        op.answer = (_request, response) => response.writeHead(303, { location }).end()
        const target = `/connect/authorize?${authorizeQuery(client, { ...undecided, response_type: type })}`
        const answer = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
        t.equal(answer.headers['location'], location)
      },
    )
  },
)

const memory = createMemoryStore(Date.now)
const down: Store = {
  ...memory,
  get: async () => {
    throw new Error('down')
  },
}

runAttacks(
  'clients of one machine while the store is down',
  onLenientStage({ clients, store: down }),
  (attack) => {
    attack(
      'C-12',
      'a request goes through without a cookie, and who is answered is not certain',
      { 'another port': tool },
      async (t, stage, client) => {
        const jar = new Jar()
        const shown = await begin(stage, jar, authorizeQuery(client, undecided))
        t.equal(shown.status, 200)
        t.notOk(shown.headers['set-cookie'])
        const answer = await end(stage, jar, codeAt(client))
        t.equal(answer.status, 503)
        expectNoArtefact(t, answer)
      },
    )
  },
)

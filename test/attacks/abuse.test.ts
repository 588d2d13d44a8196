import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryStore } from '../../src/store/memory.ts'
import { workMs } from '../lab/work-ms.ts'
import { describe, expectAlive, expectNoArtefact } from './frame/expect.ts'
import { canary, type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { sendJson } from './frame/scripted-op.ts'
import { form, navigation, send } from './frame/wire.ts'

let states = 0
const authorizeAt = (world: { web: { clientId: string; redirectUri: string } }) =>
  `/connect/authorize?${authorizeQuery(world.web, { state: `state ${states++}` })}`

runAttacks('challenges without end', onRealStage({ config: {} }), (attack) => {
  attack(
    'D-01',
    'one password, asked again and again',
    { 'fresh browsers': '', 'one browser with a forged cookie each time': 'forged' },
    async (t, { world, cookiesOf }, own) => {
      world.clock.advance(11 * 60_000)
      const { control } = world.authsignal
      const tracks = control.tracks.length
      for (let round = 0; round < 30; round++) {
        const forged = own === '' ? '' : `; step-up=${String(round).padStart(43, 'f')}`
        const headers = [`Cookie: ${await cookiesOf('alice')}${forged}`, ...navigation]
        expectNoArtefact(t, await send(world.publicUrl, { target: authorizeAt(world), headers }))
      }
      t.ok(control.tracks.length - tracks <= 10, 'alice is asked ten times at most', {
        asked: control.tracks.length - tracks,
      })
    },
  )
  attack(
    'D-01',
    'a page that sends a browser through sign-ins over and over',
    { 'the same browser': 25 },
    async (t, { world, cookiesOf }, times) => {
      world.clock.advance(11 * 60_000)
      const { control } = world.authsignal
      const tracks = control.tracks.length
      const headers = [`Cookie: ${await cookiesOf('bob')}; step-up=${'b'.repeat(43)}`, ...navigation]
      for (let round = 0; round < times; round++) {
        const answer = await send(world.publicUrl, { target: authorizeAt(world), headers })
        await send(world.publicUrl, { target: String(answer.headers['location']), headers })
      }
      t.equal(control.tracks.length - tracks, 1, 'the open challenge is offered again')
    },
  )
  attack(
    'D-01',
    'requests that nobody waits for',
    {
      HEAD: { method: 'HEAD', headers: ['Accept: text/html'] },
      prefetch: { headers: [...navigation, 'Sec-Purpose: prefetch'] },
      prerender: { headers: [...navigation, 'Sec-Purpose: prefetch;prerender'] },
      'an old prefetch': { headers: [...navigation, 'X-Moz: prefetch'] },
      'a link scanner': { headers: ['Accept: */*'] },
      'a frame': { headers: ['Accept: text/html', 'Sec-Fetch-Dest: iframe'] },
    },
    async (
      t,
      { world, cookiesOf },
      { method = 'GET', headers: more }: { method?: string; headers: string[] },
    ) => {
      world.clock.advance(11 * 60_000)
      const { control } = world.authsignal
      const tracks = control.tracks.length
      const headers = [`Cookie: ${await cookiesOf('dave')}`, ...more]
      for (let round = 0; round < 10; round++) {
        expectNoArtefact(t, await send(world.publicUrl, { method, target: authorizeAt(world), headers }))
      }
      t.ok(control.tracks.length - tracks <= 1, 'Authsignal is asked once a minute at most')
    },
  )
})

runAttacks(
  'many people from one address',
  onRealStage({ config: { stepUp: { ...patient, perAddress: 5 } } }),
  (attack) => {
    attack(
      'D-01',
      'one address, many passwords',
      { 'two people, five challenges each': ['alice', 'bob'] },
      async (t, { world, cookiesOf }, names) => {
        const { control } = world.authsignal
        for (let round = 0; round < 5; round++) {
          for (const name of names) {
            const headers = [`Cookie: ${await cookiesOf(name)}`, ...navigation]
            expectNoArtefact(t, await send(world.publicUrl, { target: authorizeAt(world), headers }))
          }
        }
        t.equal(control.tracks.length, 5)
      },
    )
  },
)

runAttacks('probes without end', onLenientStage({ probe: { perSession: 5, perAddress: 12 } }), (attack) => {
  const isProbe = (path: string) => path === '/connect/authorize'
  attack(
    'D-02',
    'so many probes for one session and from one address',
    {
      'one session': { cookieAt: () => 'Cookie: _session=user-bob', probes: 5 },
      // Five of them are spent.
      'a new session each time': { cookieAt: (at: number) => `Cookie: _session=junk-${at}`, probes: 7 },
    },
    async (t, { world, op }, { cookieAt, probes }) => {
      const before = op.own.filter(isProbe).length
      for (let round = 0; round < 15; round++) {
        const headers = [cookieAt(round), ...navigation]
        expectNoArtefact(t, await send(world.publicUrl, { target: authorizeAt(world), headers }))
      }
      t.equal(op.own.filter(isProbe).length - before, probes)
    },
  )
  attack(
    'D-02',
    'who asked too often is asked again later',
    { 'ten minutes on': 10 * 60_000 },
    async (t, { world, op, cookie }, pause) => {
      world.clock.advance(pause)
      const before = op.own.filter(isProbe).length
      await send(world.publicUrl, { target: authorizeAt(world), headers: [cookie, ...navigation] })
      t.equal(op.own.filter(isProbe).length - before, 1)
    },
  )
})

runAttacks('work that a stranger makes', onLenientStage(), (attack) => {
  attack(
    'D-02',
    'no probe without a session cookie of the OP',
    {
      none: [],
      'junk cookies': [`Cookie: ${Array.from({ length: 200 }, (_, at) => `junk${at}=x`).join('; ')}`],
      'look-alikes': ['Cookie: _session2=x; session=y; x_session=z'],
    },
    async (t, { world, op }, cookies) => {
      const before = op.own.length
      for (let round = 0; round < 20; round++) {
        await send(world.publicUrl, { target: '/page', headers: cookies })
        await send(world.publicUrl, { target: authorizeAt(world), headers: [...cookies, ...navigation] })
      }
      t.equal(op.own.length, before, 'the OP is not asked')
    },
  )
  attack(
    'D-02',
    'an unknown key id does not fetch the keys each time',
    { 'twenty probes': 20 },
    async (t, stage, times) => {
      const { world, op, cookie } = stage
      const forged = (await op.signIdToken({ sub: 'user-alice', aud: 'step-up-gateway' })).split('.')
      op.onProbe = ({ body }, response) => {
        if (body === '') return false
        const header = Buffer.from(`{"alg":"ES256","kid":"${Math.random()}"}`).toString('base64url')
        sendJson(response, {
          access_token: 'x',
          token_type: 'Bearer',
          id_token: [header, ...forged.slice(1)].join('.'),
        })
        return true
      }
      const before = op.own.filter((path) => path === '/connect/jwks').length
      for (let round = 0; round < times; round++) {
        const answer = await send(world.publicUrl, {
          target: authorizeAt(world),
          headers: [cookie, ...navigation],
        })
        expectNoArtefact(t, answer)
      }
      op.onProbe = undefined
      const fetched = op.own.filter((path) => path === '/connect/jwks').length - before
      t.ok(fetched <= 2, 'a cool-down holds', { fetched })
    },
  )
  attack(
    'D-03',
    'three hundred connections that say little',
    {
      nothing: '',
      'half a head': 'GET / HTTP/1.1\r\nHost: x\r\nX: ',
      'a body that never comes':
        'POST /connect/token HTTP/1.1\r\nHost: %\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na',
      'idle after an answer': 'GET /x HTTP/1.1\r\nHost: %\r\n\r\n',
    },
    async (t, { world }, bytes) => {
      const { host, port } = new URL(world.publicUrl)
      const sockets: Socket[] = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1'))
      for (const socket of sockets)
        socket
          .on('error', () => undefined)
          .resume()
          .write(bytes.replace('%', host))
      const work = await workMs(async () =>
        t.ok((await send(world.publicUrl, { target: '/page' })).status > 0, 'others are served'),
      )
      t.ok(work < 4000, 'without much work')
      for (const socket of sockets) socket.destroy()
      await expectAlive(t, world)
    },
  )
  attack(
    'D-04',
    'bodies in odd sizes',
    {
      'fifty thousand chunks of one byte': { path: '/connect/token', chunks: 50_000, size: 1 },
      '5 MiB in chunks': { path: '/connect/token', chunks: 80, size: 65_536 },
      '5 MiB to the authorization endpoint': { path: '/connect/authorize', chunks: 80, size: 65_536 },
    },
    async (t, { world, op }, { path, chunks, size }) => {
      const seen = op.requests.length
      const { host, port } = new URL(world.publicUrl)
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      const answered = new Promise<string>((resolve) => {
        socket.once('data', (bytes) => resolve(String(bytes)))
        socket.once('close', () => resolve(''))
      })
      const head = [
        `POST ${path} HTTP/1.1`,
        `Host: ${host}`,
        form,
        'Transfer-Encoding: chunked',
        'Connection: close',
      ]
      const chunk = `${size.toString(16)}\r\n${'a'.repeat(size)}\r\n`
      socket.write(`${head.join('\r\n')}\r\n\r\n${chunk.repeat(chunks)}0\r\n\r\n`)
      const status = Number((await answered).slice(9, 12))
      socket.destroy()
      t.ok([0, 400, 413].includes(status) || path === '/connect/token', 'is refused', { status })
      if (size > 1) t.equal(op.requests.length, seen, 'what is too large never reaches the OP')
      await expectAlive(t, world)
    },
  )
  attack(
    'D-06',
    'text on which a pattern could run away',
    {
      spaces: ' '.repeat(12_000),
      tabs: '\t'.repeat(12_000),
      commas: ','.repeat(12_000),
      semicolons: ';'.repeat(12_000),
      'equals signs': '='.repeat(12_000),
      hyphens: `en${'-a1'.repeat(4000)}`,
      percent: '%41'.repeat(4000),
      quotes: '"'.repeat(12_000),
      'pairs and spaces': 'a= ;'.repeat(3000),
    },
    async (t, { world, cookie }, text) => {
      for (const name of [
        'Cookie',
        'Accept',
        'Accept-Language',
        'User-Agent',
        'Content-Type',
        'Authorization',
        'Purpose',
        'Connection',
      ]) {
        const headers = [`${name}: ${text}x`]
        const work = await workMs(async () => {
          await send(world.publicUrl, { target: authorizeAt(world), headers: [cookie, ...headers] })
          await send(world.publicUrl, { method: 'POST', target: '/connect/token', headers, body: 'a=b' })
        })
        t.ok(work < 2000, `${name} is read at once`)
      }
    },
  )
  attack(
    'D-06',
    'the same in forms, 400 KiB of it',
    {
      spaces: '+'.repeat(400_000),
      brackets: '['.repeat(400_000),
      dots: '.'.repeat(400_000),
      semicolons: ';'.repeat(400_000),
      'escaped escapes': '%25'.repeat(130_000),
      'combining marks': '%CC%81'.repeat(65_000),
      'a name of them': `${'%5B'.repeat(130_000)}client_id`,
    },
    async (t, { world }, text) => {
      for (const target of ['/connect/authorize', '/connect/token']) {
        for (const body of [`x=${text}`, `${text}=x`, `state=${text}`]) {
          const request = { method: 'POST', target, headers: [form], body }
          t.ok((await workMs(() => send(world.publicUrl, request))) < 3000, 'is read at once')
        }
      }
    },
  )
  attack(
    'D-06',
    'the same in what the OP answers',
    {
      'a long Location': (length: number) => `https://app.example/?${'a=&'.repeat(length / 3)}`,
      'a Location of escapes': (length: number) => `https://app.example/?code=${'%25'.repeat(length / 3)}`,
      'a Location of slashes': (length: number) => `/${'/'.repeat(length)}`,
      'a fragment': (length: number) => `https://app.example/#${'&'.repeat(length)}code=x`,
    },
    async (t, stage, makeLocation) => {
      const { world, op } = stage
      op.answer = (_request, response) => response.writeHead(302, { location: makeLocation(12_000) }).end()
      const work = await workMs(() => send(world.publicUrl, { target: '/page', headers: [stage.cookie] }))
      t.ok(work < 2000)
      stage.beLenient()
    },
  )
  attack(
    'D-07',
    'a client that goes away while it is being served',
    { 'the OP is asked': 'op', 'Authsignal is asked': 'authsignal' },
    async (t, stage, whom) => {
      const { world, op, cookie } = stage
      world.authsignal.control.setRules([])
      const released = world.audit('released').length
      if (whom === 'authsignal') world.authsignal.control.fault('track', 'timeout')
      op.answer = async (_request, response) => {
        await sleep(300)
        response
          .writeHead(303, { location: `${world.web.redirectUri}?code=${canary.code}-late&state=x` })
          .end()
      }
      const { host, port } = new URL(world.publicUrl)
      const path = whom === 'op' ? '/login' : authorizeAt(world)
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${cookie}\r\nAccept: text/html\r\n\r\n`)
      await sleep(100)
      socket.destroy()
      await sleep(600)
      t.equal(world.audit('released').length, released, 'nothing is released to nobody')
      world.authsignal.control.clearFaults()
      stage.beLenient()
      await expectAlive(t, world)
    },
  )
  attack('D-08', 'two thousand requests at random', { 'seed 1': 1, 'seed 2': 2 }, async (t, stage, seed) => {
    const random = createRandom(seed)
    for (let round = 0; round < 40; round++) {
      await Promise.all(Array.from({ length: 25 }, () => sendMutated(t, stage, random)))
    }
    await expectAlive(t, stage.world)
  })
})

const tiny = { store: createMemoryStore(Date.now, 20) }

runAttacks('a store that is full', onLenientStage(tiny), (attack) => {
  attack(
    'D-05',
    'more sign-ins than it holds',
    { 'two hundred': 200 },
    async (t, { world, cookie }, times) => {
      const first = await send(world.publicUrl, {
        target: authorizeAt(world),
        headers: [cookie, ...navigation],
      })
      const early = String(first.headers['location'])
      for (let round = 0; round < times; round++) {
        const answer = await send(world.publicUrl, {
          target: authorizeAt(world),
          headers: [cookie, ...navigation],
        })
        if (answer.status !== 303) t.fail('is served all the same', describe(answer))
        expectNoArtefact(t, answer)
      }
      const gone = await send(world.publicUrl, { target: early, headers: [cookie, ...navigation] })
      t.equal(gone.status, 410, 'the oldest has to start again')
      await expectAlive(t, world)
    },
  )
})

/** A small generator of numbers below one that gives the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
}

/** A good request in which a few bytes are replaced, doubled or gone. */
async function sendMutated(
  t: Parameters<typeof expectNoArtefact>[0],
  { world, cookie }: LenientStage,
  random: () => number,
) {
  const { host, port } = new URL(world.publicUrl)
  const good =
    random() < 0.5
      ? `GET ${authorizeAt(world)} HTTP/1.1\r\nHost: ${host}\r\n${cookie}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`
      : `POST /connect/token HTTP/1.1\r\nHost: ${host}\r\n${form}\r\nConnection: close\r\nContent-Length: 56\r\n\r\ngrant_type=authorization_code&code=stolen&client_id=web12`
  const bytes = Buffer.from(good, 'latin1')
  for (let change = 0; change <= random() * 4; change++) {
    const at = Math.floor(random() * bytes.length)
    if (random() < 0.7) bytes[at] = Math.floor(random() * 256)
    else bytes.copyWithin(at, Math.floor(random() * bytes.length), Math.floor(random() * bytes.length))
  }
  const wire = await new Promise<string>((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes))
    socket.setTimeout(1500, () => socket.destroy())
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
  // The lenient OP gives a code for every GET and tokens for every POST: neither may come out for `web`.
  if (wire.includes(canary.code) || wire.includes(canary.token)) {
    t.fail('nothing of what the OP gave', { request: bytes.toString('latin1'), answer: wire.slice(0, 300) })
  }
}

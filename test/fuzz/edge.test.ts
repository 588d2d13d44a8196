import fc from 'fast-check'
import t from 'tap'
import { classifyTarget, type EndpointKind, guardPaths } from '../../src/http/endpoints.ts'
import { parseTarget } from '../../src/http/target.ts'
import { Refusal } from '../../src/refusal.ts'
import { checkProperty, oddText, orRefusal } from './check.ts'
import { servers } from './lenient-servers.ts'

const paths = {
  authorization: ['/connect/authorize', '/Connect/Signin'],
  token: ['/connect/token', '/script/token.php'],
  pushed_authorization: ['/connect/par'],
  device_authorization: ['/connect/device-auth'],
  closed: ['/admin'],
} as const
const guarded = guardPaths(paths, '/step-up')
const kinds = new Map<string, EndpointKind>(
  Object.entries(paths).flatMap(([kind, list]) => list.map((path) => [path, kind as EndpointKind] as const)),
)
kinds.set('/step-up', 'own')
const foldedKinds = new Map([...kinds].map(([path, kind]) => [path.toLowerCase(), kind]))

const classify = (raw: string) =>
  orRefusal(
    () => classifyTarget(parseTarget(raw), guarded),
    (error) => error instanceof Refusal,
  )

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Ways in which one character of a path may be written otherwise, or get company. */
const disguise: fc.Arbitrary<(character: string) => string> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((character: string) => character) },
  fc.constant((character: string) =>
    character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase(),
  ),
  fc.constant(percent),
  fc.constant((character: string) => percent(character).toUpperCase()),
  fc.constant((character: string) => `%25${percent(character).slice(1)}`),
  fc
    .constantFrom('//', '/./', '/x/../', '\\', '%2f', '%5c', '/%2e/', '/;a=b/')
    .map((slash) => (character: string) => (character === '/' ? slash : character)),
  fc
    .constantFrom(';a=b', ';', '%3b', '%00', '.', '%20', '%2e', '/.', '?', '%3f', '#')
    .map((more) => (character: string) => character + more),
)

const disguisedTarget: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...kinds.keys()),
    fc.array(disguise, { minLength: 24, maxLength: 24 }),
    fc.constantFrom('', '/', '//', '/.', '/x/..', ';jsessionid=1', '%00.html', '?client_id=web', '/..;/x/..'),
  )
  .map(
    ([path, ways, end]) =>
      [...path].map((character, index) => (ways[index] ?? String)(character)).join('') + end,
  )

/** Every kind of guarded endpoint that some server sees in a target. */
function kindsSeen(raw: string): Set<EndpointKind> {
  const path = raw.split(/[?#]/, 1).join('')
  const readings = new Set(servers.map((read) => read(path)))
  return new Set(
    [...readings].flatMap((reading) => kinds.get(reading) ?? foldedKinds.get(reading.toLowerCase()) ?? []),
  )
}

function isHeld(raw: string): boolean {
  const kind = classify(raw)
  if (kind === 'refused') return true
  const seen = kindsSeen(raw)
  return seen.size === 0 || (seen.size === 1 && seen.has(kind))
}

t.test('what any server takes for a guarded path', async (t) => {
  await checkProperty(
    t,
    'is taken for just that, or refused',
    fc.property(disguisedTarget, (raw) => isHeld(raw)),
    1500,
  )
  await checkProperty(
    t,
    'also in the midst of anything',
    fc.property(oddText, fc.constantFrom(...kinds.keys()), oddText, (before, path, after) =>
      isHeld(`/${before}${path}${after}`),
    ),
    1000,
  )
})

await checkProperty(
  t,
  'nothing but a refusal is ever thrown',
  fc.property(fc.oneof(oddText, fc.string({ unit: 'binary' })), fc.boolean(), (text, isPath) => {
    classify(isPath ? `/${text}` : text)
  }),
  2000,
)

await checkProperty(
  t,
  'plain paths that are nobody else are open',
  fc.property(
    fc.array(fc.stringMatching(/^[a-z0-9_-]{1,12}$/), { minLength: 1, maxLength: 4 }),
    oddText.map((text) => text.replace(/[^!-"$-~]/g, '')),
    (segments, query) => {
      const path = `/${segments.join('/')}`
      const isNear = [...foldedKinds.keys()].some((known) => `${path}/`.startsWith(`${known}/`))
      return isNear || classify(`${path}?${query}`) === 'open'
    },
  ),
)

t.test('the models are lenient enough to be fooled', async (t) => {
  for (const raw of [
    '/CONNECT/token',
    '/connect/%74oken',
    '/connect/%2574oken',
    '/connect;a=b/token',
    '/connect;a%2fb/token',
    '/connect//token',
    '/x/../connect/token',
    '/x/%2e%2e;/connect/token',
    '/connect\\token',
    '/connect/token%00.html',
    '/connect/token.',
  ]) {
    t.same([...kindsSeen(raw)], ['token'], raw)
    t.equal(classify(raw), 'refused', raw)
  }
})

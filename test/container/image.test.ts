import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import nodeVersions from '../node/versions.json' with { type: 'json' }
import { buildImage, epoch, image, version } from './build.ts'
import { podman, root } from './podman.ts'

const megabyte = 1_000_000

const id = await podman('image', 'inspect', '--format={{.Id}}', image)
const [{ Config: config, Size: size, Healthcheck: healthcheck }] = JSON.parse(
  await podman('image', 'inspect', image),
)
const folder = await podman('image', 'mount', image)
t.teardown(() => podman('image', 'unmount', image))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

t.test('says what it is and how it runs', async (t) => {
  t.match(config, {
    User: '65532:65532',
    Entrypoint: ['/usr/bin/node', '/app/dist/src/main.js'],
    Cmd: ['start', '--config', '/etc/step-up-gateway/gateway.yaml'],
    StopSignal: 'SIGTERM',
    ExposedPorts: { '8080/tcp': {} },
    Labels: {
      'org.opencontainers.image.title': 'step-up-gateway',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': 'of-the-test',
    },
  })
  t.same(healthcheck.Test, ['CMD', '/usr/bin/node', '/app/dist/src/main.js', 'health'])
})

t.test('is small', async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'image-'))
  t.teardown(() => rmSync(scratch, { recursive: true }))
  const archive = join(scratch, 'image.tar')
  await podman('push', '--quiet', image, `oci-archive:${archive}`)
  const compressed = statSync(archive).size
  t.comment(`${(size / megabyte).toFixed(1)} MB, ${(compressed / megabyte).toFixed(1)} MB compressed`)
  t.ok(size < 150 * megabyte)
  t.ok(compressed < 60 * megabyte)
})

t.test('has one program', async (t) => {
  t.same(readdirSync(join(folder, 'usr/bin')), ['node'])
  t.same(
    readdirSync(join(folder, 'usr/lib')).filter((name) => !/^(ld-|lib)\S+\.so\.\d+$/.test(name)),
    [],
  )
  const unwanted = /(^|\/)(npm|npx|corepack|yarn|pnpm|sh|bash|dash|busybox|apt|dpkg|curl|wget)(-cli\.js)?$/
  t.same(
    files.filter((file) => unwanted.test(file) && file !== 'var/lib/dpkg'),
    [],
  )
})

t.test('holds files of root that nobody may change', async (t) => {
  t.ok(files.length > 1000)
  const all = files.map((file) => ({ file, ...readStatus(file) }))
  t.same(
    all.filter(({ owner }) => owner !== '0:0'),
    [],
  )
  t.same(
    all.filter(({ mode, isLink }) => !isLink && (mode & 0o7022) !== 0),
    [],
  )
  t.same(
    all.filter(({ seconds }) => seconds !== Number(epoch)),
    [],
  )
})

function readStatus(file: string) {
  const status = lstatSync(join(folder, file))
  return {
    owner: `${status.uid}:${status.gid}`,
    mode: status.mode,
    isLink: status.isSymbolicLink(),
    seconds: status.mtimeMs / 1000,
  }
}

t.test('lists in its bill of materials what it holds', async (t) => {
  const bill = readJson(join(folder, 'app/sbom.cdx.json'))
  t.match(bill, { bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: { version } } })
  t.equal(bill.serialNumber, undefined)
  const components: { name: string; version: string; purl: string }[] = bill.components
  const listed = (kind: string) =>
    components
      .filter(({ purl }) => purl.startsWith(`pkg:${kind}/`))
      .map((one) => `${one.name}@${one.version}`)
      .sort()
  t.equal(components.length, listed('npm').length + listed('deb').length + listed('github').length)

  const { packages } = readJson(join(root, 'package-lock.json'))
  const locked = Object.entries<{ dev?: true; optional?: true; devOptional?: true; version: string }>(
    packages,
  )
    .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
    .map(([path, one]) => `${path.split('node_modules/').at(-1)}@${one.version}`)
  t.same(listed('npm'), [...new Set(locked)].sort(), "the lock file's packages for production")
  const installed = files
    .filter((file) => /^app\/(.*\/)?node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(file))
    .map((file) => readJson(join(folder, file)))
    .map((one) => `${one.name}@${one.version}`)
  t.same(listed('npm'), [...new Set(installed)].sort(), 'the packages that are there')
  t.same(
    listed('deb').map((one) => one.split('@')[0]),
    ['libc6', 'libgcc-s1', 'libstdc++6'],
  )
  t.same(listed('github'), [`node@${nodeVersions['24']}`])
})

t.test('comes out the same when it is built anew', async (t) => {
  t.equal(await buildImage(`${image}:again`), id)
  t.comment(id)
})

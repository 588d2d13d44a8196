import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Prints the bill of materials of the image as CycloneDX: npm's own for the packages, then Node and Debian's libraries.
// usage: node deploy/container/sbom.mjs FOLDER, which holds the image's files
const [image] = process.argv.slice(2)

/** The value of a field in a list of `Name: value` or `NAME="value"` lines. */
const readField = (text, name) => new RegExp(`^${name}[:=] ?"?([^"\\n]*)`, 'm').exec(text)?.[1] ?? ''

const npm = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application']
const { serialNumber: _random, ...bill } = JSON.parse(execFileSync('npm', npm, { encoding: 'utf8' }))

const debian = readField(readFileSync(join(image, 'etc/os-release'), 'utf8'), 'VERSION_ID')
const packages = join(image, 'var/lib/dpkg/status.d')
const libraries = readdirSync(packages)
  .sort()
  .map((name) => {
    const status = readFileSync(join(packages, name), 'utf8')
    const version = readField(status, 'Version')
    const where = `arch=${readField(status, 'Architecture')}&distro=debian-${debian}`
    return describe(name, version, `pkg:deb/debian/${name}@${encodeURIComponent(version)}?${where}`)
  })
const { version } = process
const node = describe('node', version.slice(1), `pkg:github/nodejs/node@${version}`)

function describe(name, version, purl) {
  return { 'bom-ref': purl, type: 'library', name, version, purl }
}

// The same files give the same bill: a random serial number and the time of the build would not.
const timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString()
const components = [...bill.components, node, ...libraries]
process.stdout.write(
  `${JSON.stringify({ ...bill, metadata: { ...bill.metadata, timestamp }, components }, null, 2)}\n`,
)

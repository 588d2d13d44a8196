import { runTap, testFilesIn } from '../tap.mjs'
import { buildImage, image } from './build.ts'

// npm run test:container: builds the image, and tries it. Files of tests as arguments: only those.
const startedAt = performance.now()
const seconds = () => Math.round((performance.now() - startedAt) / 1000)
const print = (text) => process.stdout.write(`${text}\n`)

print(`${image} is ${await buildImage(image)}; built in ${seconds()} s`)
const named = process.argv.slice(2)
const files = named.length > 0 ? named : testFilesIn('test/container')
const { status } = runTap(['--disable-coverage', '--jobs=1', '--timeout=600', ...files])
print(`test:container: ${seconds()} s`)
process.exitCode = status ?? 1

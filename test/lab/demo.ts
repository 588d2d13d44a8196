// `npm run demo`. The version is looked at before anything is loaded that an older Node could not read.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`the demo needs Node 20.19 or newer; this is ${process.version}\n`)
  process.exit(1)
}
const { runDemo } = await import('./demo/run.ts')
process.exitCode = await runDemo()

export {}

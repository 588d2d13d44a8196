import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Node 20 runs TypeScript as later versions do by themselves: the types become blanks, so that every line and column
// stays where it is. What was stripped once is kept below .tap; most test files load the same two hundred modules.
// Tests load this with --import; .taprc says so.
const folder = join(import.meta.dirname, '..', '.tap', 'stripped')
const { version } = createRequire(import.meta.url)('@swc/wasm-typescript/package.json')

if (isMainThread && !process.features.typescript) register(import.meta.url)

/** The load hook of `node:module`. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context)
  return {
    format: 'module',
    source: await strip(readFileSync(fileURLToPath(url), 'utf8')),
    shortCircuit: true,
  }
}

async function strip(source) {
  const file = join(folder, createHash('sha256').update(`${version} ${source}`).digest('base64url'))
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const { transformSync } = await import('@swc/wasm-typescript')
    const { code } = transformSync(source, { mode: 'strip-only', module: true })
    mkdirSync(folder, { recursive: true })
    // Another process may write the same file: it appears whole or not at all.
    const draft = `${file}.${randomUUID()}`
    writeFileSync(draft, code)
    renameSync(draft, file)
    return code
  }
}

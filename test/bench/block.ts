import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { listenOnLoopback } from '../lab/listen.ts'
import { freePorts } from '../lab/ports.ts'
import { sendRaw } from '../lab/raw.ts'
import type { Yaml } from '../lab/start-gateway.ts'
import { describeGateway } from './gateway-yaml.ts'
import { jsonPages, pages, type Row, rows } from './rows.ts'

// How long one request keeps the gateway from all others: `npm run bench:block`, with parts of names to try only some.
// Prints the shortest of several runs, since noise only ever adds; ends with 1 if one is over its bound.

const runs = 7
/** Where all of them were over the bound: noise of a busy machine must not fail it. */
const moreRuns = 35
const words = process.argv.slice(2)
const chosen = rows.filter(({ input }) => words.length === 0 || words.some((word) => input.includes(word)))
const print = (text: string): boolean => process.stdout.write(`${text}\n`)

const [port = 0, adminPort = 0] = await freePorts(2)
const publicUrl = `http://localhost:${port}`

const answer: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    const path = (request.url ?? '').split('?', 1).join('')
    const [page, json] = [pages.get(path), jsonPages.get(path)]
    if (path === '/.well-known/openid-configuration') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(describeOp()))
    } else if (page !== undefined) response.setHeader('content-type', 'text/html').end(page)
    else if (json !== undefined) response.setHeader('content-type', 'application/json').end(json)
    else response.writeHead(404).end()
  })
}

function describeOp(): Record<string, string> {
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/connect/authorize`,
    token_endpoint: `${publicUrl}/connect/token`,
    jwks_uri: `${publicUrl}/connect/jwks`,
  }
}

async function tell(child: ChildProcess, message: Yaml | string): Promise<unknown> {
  const answered = once(child, 'message')
  child.send(message)
  return (await answered)[0]
}

async function measure(child: ChildProcess, { request, bound }: Row): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs || (least > bound && run < moreRuns); run++) {
    await tell(child, 'begin')
    await sendRaw(port, request.replace('{host}', `localhost:${port}`), 60_000)
    least = Math.min(least, Number(await tell(child, 'end')))
  }
  return least
}

const op = await listenOnLoopback(answer)
const child = fork(join(import.meta.dirname, 'gateway.js'))
const paths = { json: [...jsonPages.keys()], login: ['/login', '/login-fields'], protectedPath: '/account' }
await tell(child, { start: describeGateway({ publicUrl, port, adminPort, opPort: op.port }, { paths }) })

const width = Math.max(...chosen.map(({ input }) => input.length))
print(`${'input'.padEnd(width)}     bytes  block ms  bound ms`)
let over = 0
for (const row of chosen) {
  const block = await measure(child, row)
  if (block > row.bound) over += 1
  const numbers = [String(row.size).padStart(8), block.toFixed(1).padStart(8), String(row.bound).padStart(8)]
  print(`${row.input.padEnd(width)}  ${numbers.join('  ')}${block > row.bound ? '  OVER' : ''}`)
}
child.kill()
await op.close()
print(`\n${chosen.length} inputs, ${over} over their bound`)
process.exitCode = over === 0 ? 0 : 1

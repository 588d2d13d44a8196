import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const root = join(import.meta.dirname, '..')

/** What is not written any more, and what to write instead. */
const retired: readonly (readonly [word: RegExp, instead: string])[] = [
  [/unless told/i, 'by default'],
  [/\bwhoever\b/i, 'anyone who'],
  [/\btold\b/i, 'reported, sent, or who learns it'],
  [/\bneedless/i, 'unnecessary'],
  [/\bwhat comes of\b|\bwhat (?:came|becomes) of\b/i, 'the result, or what that means'],
  [/\bon the way\b/i, 'during a sign-in'],
  [/\bway (?:back|there)\b|\bway(?:Back|There)\b/, 'response, request; or the return to the application'],
  [/\bjourney/i, 'onRequest and onResponse'],
  [/\bpass-[a-z]+(?:-[a-z]+)*\.ts\b/, 'relay-*.ts: a pass is a record'],
  [/\bgoToUpstream\b|\bcomeFromUpstream\b/, 'onRequest, onResponse'],
  [/\b(?:decisions?|one|word|name|text) of yours\b/i, 'your decision'],
  [/\b(?:pages?|scripts?|cookies?) of ours\b/i, "the gateway's page"],
  [/\bends? TLS\b/i, 'terminates TLS'],
  [/\blives on\b|\btokens live on\b/i, 'stays valid'],
  [/\bdirect door\b/i, 'direct access'],
  [/\b(?:light|dark) ground\b/i, 'background'],
]

const listed = ['src', 'docs', 'config'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
)
const files = ['README.md', 'SECURITY.md', ...listed].filter((file) =>
  /\.(?:ts|js|md|yaml|json|eta)$/.test(file),
)

t.test('no retired word is written', async (t) => {
  t.ok(files.length > 200)
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        retired
          .filter(([word]) => word.test(line))
          .map(([word, instead]) => `${file}:${index + 1} ${word.exec(line)?.[0]} -> ${instead}`),
      ),
  )
  t.same(found, [])
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a reference as a key is a case here
import t from 'tap'
import type { ErrorCode } from 'yaml'
import { explainSyntaxError, findKeyFault, isNestedTooDeep } from '../../../src/config/yaml/yaml-faults.ts'

const codes: Record<ErrorCode, RegExp> = {
  ALIAS_PROPS: /alias/,
  BAD_ALIAS: /alias/,
  BAD_COLLECTION_TYPE: /not valid/,
  BAD_DIRECTIVE: /directive/,
  BAD_DQ_ESCAPE: /escape/,
  BAD_INDENT: /indented/,
  BAD_PROP_ORDER: /not valid/,
  BAD_SCALAR_START: /reserves/,
  BLOCK_AS_IMPLICIT_KEY: /without a value/,
  BLOCK_IN_FLOW: /not valid/,
  DUPLICATE_KEY: /repeated/,
  IMPOSSIBLE: /not valid/,
  KEY_OVER_1024_CHARS: /without a value/,
  MISSING_CHAR: /lacks/,
  MULTILINE_IMPLICIT_KEY: /without a value/,
  MULTIPLE_ANCHORS: /alias/,
  MULTIPLE_DOCS: /more than one/,
  MULTIPLE_TAGS: /tag/,
  NON_STRING_KEY: /not text/,
  RESOURCE_EXHAUSTION: /not valid/,
  TAB_AS_INDENT: /indented/,
  TAG_RESOLVE_FAILED: /tag/,
  UNEXPECTED_TOKEN: /not valid/,
}
for (const [code, message] of Object.entries(codes))
  t.match(explainSyntaxError(code as ErrorCode), { message, fix: /./ }, code)

for (const key of ['a', 'constructor', 'a b', '$', 'https://a/b', '<'])
  t.equal(findKeyFault(key), undefined, key)
for (const key of ['', '<<', '__proto__', '${A}', 1, true, null, undefined])
  t.ok(findKeyFault(key), String(key))

const deep = [
  '['.repeat(65),
  `${'['.repeat(9999)}${']'.repeat(9999)}`,
  '{a: '.repeat(65),
  `a: 1\n${'- '.repeat(200)}`,
  '? '.repeat(200),
  `a:\n${' '.repeat(256)}b: 1`,
]
for (const text of deep) t.ok(isNestedTooDeep(text), text.slice(0, 20))
const flat = [
  '',
  '['.repeat(64),
  '[a]\n'.repeat(1000),
  `${']'.repeat(100)}[[`,
  `# ${'-'.repeat(300)}`,
  `a: "${' '.repeat(300)}"`,
]
for (const text of flat) t.notOk(isNestedTooDeep(text), text.slice(0, 20))

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what is tested here
import t from 'tap'
import { createFiles } from '../../../src/config/files.ts'
import { interpolate } from '../../../src/config/yaml/interpolate.ts'

const folder = t.testdir({
  secret: 'from-file\n',
  windows: 'from-file\r\n',
  two: 'a\n\n',
  nested: '${NAME}',
  empty: '\n',
  'with space': 'x',
})
const env = { NAME: 'value', _A1: 'b', EMPTY: '', BLANK: '  ', DOLLAR: '$& ${NAME}', UNDEFINED: undefined }

const good: [text: string, value: string][] = [
  ['plain', 'plain'],
  ['', ''],
  ['$NAME {NAME} $ {NAME}', '$NAME {NAME} $ {NAME}'],
  ['${NAME}', 'value'],
  ['a-${NAME}-${_A1}-z', 'a-value-b-z'],
  ['${DOLLAR}', '$& ${NAME}'],
  ['${file:secret}', 'from-file'],
  [`\${file:${folder}/secret}`, 'from-file'],
  ['${file:windows}', 'from-file'],
  ['${file:two}', 'a\n'],
  ['${file:nested}', '${NAME}'],
  ['https://${file:with space}/v1', 'https://x/v1'],
]
for (const [text, value] of good)
  t.same(interpolate(text, { env, files: createFiles() }, folder), { value, faults: [] }, text)

const bad: [text: string, message: RegExp][] = [
  ['${MISSING}', /^environment variable MISSING is not set$/],
  ['${UNDEFINED}', /UNDEFINED is not set/],
  ['${toString}', /toString is not set/],
  ['${__proto__}', /__proto__ is not set/],
  ['${EMPTY}', /^environment variable EMPTY is empty$/],
  ['${BLANK}', /BLANK is empty/],
  ['${}', /neither a variable nor a file/],
  ['${NAME', /neither/],
  ['${NAME:-x}', /neither/],
  ['${1}', /neither/],
  ['${ NAME }', /neither/],
  ['${file:missing}', /^file "missing" does not exist$/],
  ['${file:secret/x}', /does not exist/],
  ['${file:}', /is a folder/],
  ['${file:empty}', /is empty/],
  ['${file:a\0b}', /can't be read/],
]
for (const [text, message] of bad)
  t.match(interpolate(text, { env, files: createFiles() }, folder).faults, [{ message, fix: /./ }], text)

t.equal(interpolate('${A} ${B} ${file:c}', { env, files: createFiles() }, folder).faults.length, 3)

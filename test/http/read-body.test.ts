import t from 'tap'
import { requireFormContentType } from '../../src/http/read-body.ts'
import { workMs } from '../lab/work-ms.ts'

/** What throws is refused, which takes its time too. */
function orUndefined(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

const form = 'application/x-www-form-urlencoded'

for (const header of [
  form,
  'Application/X-WWW-Form-URLEncoded',
  `${form};charset=utf-8`,
  `${form}; charset=UTF-8`,
  `${form} ; Charset="utf-8"`,
  `${form};`,
  `${form};; ;`,
  `${form}; ;charset=utf-8;`,
  `${form}; charset=utf8`,
  `${form}; charset = "utf-8" ;`,
]) {
  t.test(`takes ${header}`, async (t) => {
    t.same(requireFormContentType(header, undefined), { isUtf8: true })
    t.same(requireFormContentType(header, ''), { isUtf8: true })
  })
}

for (const charset of [
  'iso-8859-1',
  'ISO-8859-15',
  '"ISO-8859-1"',
  'iso8859-1',
  'iso_8859-1',
  'latin1',
  'windows-1252',
  'cp1252',
  'us-ascii',
  'ASCII',
  'koi8-r',
]) {
  t.test(`takes what is ASCII in ${charset}`, async (t) => {
    t.same(requireFormContentType(`${form}; Charset=${charset} ;`, undefined), { isUtf8: false })
  })
}

t.test('D-06 a long type is read fast', async (t) => {
  const spaces = ' '.repeat(32 * 1024)
  for (const header of [
    `${form};charset=${spaces}a"b`,
    `${form};charset${spaces}x`,
    `${form};${';'.repeat(32_768)}`,
  ])
    t.ok((await workMs(() => orUndefined(() => requireFormContentType(header, undefined)))) < 100)
})

const refused: [title: string, header: string | undefined, encoding?: string][] = [
  ['Q-10 none', undefined],
  ['Q-10 an empty one', ''],
  ['Q-10 multipart', 'multipart/form-data; boundary=x'],
  ['Q-10 JSON', 'application/json'],
  ['Q-10 plain text', 'text/plain'],
  ['Q-10 two in one header', `${form}, application/json`],
  ['Q-10 two forms in one header', `${form}, ${form}`],
  ['Q-10 a longer type', `${form}x`],
  ['Q-10 a tab in the type', `${form}\tx`],
  ['Q-10 a charset that is none', `${form}; charset=iso-8859`],
  ['Q-10 an empty charset', `${form}; charset=`],
  ['Q-10 EBCDIC', `${form}; charset=ibm037`],
  ['Q-10 a charset of escapes', `${form}; charset=iso-2022-jp`],
  ['Q-10 HZ', `${form}; charset=hz-gb-2312`],
  ['Q-10 UTF-7', `${form}; charset=utf-7`],
  ['Q-10 UTF-16', `${form}; charset=utf-16`],
  ['Q-10 single quotes', `${form}; charset='utf-8'`],
  ['Q-10 two charsets', `${form}; charset=utf-8; charset=utf-16`],
  ['Q-10 two equal charsets', `${form}; charset=utf-8; charset=utf-8`],
  ['Q-10 a boundary', `${form}; boundary=x`],
  ['Q-11 gzip', form, 'gzip'],
  ['Q-11 identity', form, 'identity'],
  ['Q-11 two encodings', form, 'identity, gzip'],
]

for (const [title, header, encoding] of refused) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => requireFormContentType(header, encoding), {
      code: 'unsupported_content_type',
      statusCode: 415,
    })
  })
}

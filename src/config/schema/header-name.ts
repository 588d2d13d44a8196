import { textLike } from './text.ts'

/** Headers that mean something else, or that the gateway sets itself. */
const taken =
  /^(?:cookie|host|authorization|user-agent|accept.*|content-.*|x-forwarded-.*|forwarded|connection|transfer-encoding|te|upgrade|expect)$/i

/** The name of a header that the gateway sets and nobody else may send. */
export const headerName = textLike(
  /^[A-Za-z][A-Za-z0-9-]*$/,
  'the name of a header',
  'use letters, digits and -, such as Auth-User',
).refine((name) => !taken.test(name), {
  message: 'is a header with another meaning',
  params: { fix: 'choose another name, such as Auth-User' },
})

/** The name by which every other part knows that there is a certificate in it. Some OPs have underscores in theirs. */
export const certHeaderName = textLike(
  /^[a-z](?=[\w-]*cert)[\w-]*$/i,
  'the name of a header for a certificate',
  'use letters, digits, - and _, with cert among them, such as Client-Cert',
).refine((name) => !/^(?:accept|content)[_-]/i.test(name), {
  message: 'is a header with another meaning',
  params: { fix: 'choose another name, such as Client-Cert' },
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', 'fixtures', 'tls')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** Certificates and keys of the tests; both pairs are on P-256. */
export const pems = {
  ca: read('ca.pem'),
  localhost: { cert: read('localhost.pem'), key: read('localhost.key') },
  /** A key that is too short for OpenSSL. */
  weak: { cert: read('weak.pem'), key: read('weak.key') },
  address: { cert: read('address.pem'), key: read('address.key') },
  public: { cert: read('public.pem'), key: read('public.key') },
}

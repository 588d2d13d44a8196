import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RedisServerOptions } from './server.ts'

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'tls')
const place = (name: string): string => join(folder, name)

/** The certificate of the CA that signed what the servers show. */
export const ca = readFileSync(place('ca.pem'), 'utf8')

/** Servers that speak TLS only, with everybody and with each other. */
export const overTls: Pick<RedisServerOptions, 'tls' | 'words'> = {
  tls: { ca },
  words: Object.entries({
    '--tls-cert-file': place('address.pem'),
    '--tls-key-file': place('address.key'),
    '--tls-client-cert-file': place('client.pem'),
    '--tls-client-key-file': place('client.key'),
    '--tls-ca-cert-file': place('ca.pem'),
    '--tls-auth-clients': 'no',
    '--tls-replication': 'yes',
  }).flat(),
}

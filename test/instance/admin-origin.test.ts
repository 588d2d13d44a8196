import t from 'tap'
import { adminOrigin } from '../../src/instance/admin-origin.ts'

const table: [host: string, origin: string][] = [
  ['127.0.0.1', 'http://127.0.0.1:9090'],
  ['0.0.0.0', 'http://localhost:9090'],
  ['::', 'http://localhost:9090'],
  ['::1', 'http://[::1]:9090'],
]
for (const [host, origin] of table) t.equal(adminOrigin({ host, port: 9090 }), origin)

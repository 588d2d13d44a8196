import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { packageVersion } from '../../src/config/package-version.ts'

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'))
t.equal(packageVersion(), version)

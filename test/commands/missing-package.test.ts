import t from 'tap'
import { explainMissingPackage, MissingPackageError } from '../../src/commands/missing-package.ts'

t.test('only an import that found no package is explained', async (t) => {
  const missing = Object.assign(new Error('no package'), { code: 'ERR_MODULE_NOT_FOUND' })
  t.match(explainMissingPackage(missing), { name: MissingPackageError.name, cause: missing })
  for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 'EACCES' }), 'x', undefined])
    t.equal(explainMissingPackage(other), other)
})

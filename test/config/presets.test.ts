import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import t from 'tap'
import { findPreset, findPresetsFolder, listPresets } from '../../src/config/presets.ts'
import { overlay, pick } from '../../src/config/yaml/values.ts'

const root = join(import.meta.dirname, '..', '..')

t.same(listPresets(), [
  'django-oauth-toolkit',
  'duende-identityserver',
  'generic',
  'glewlwyd',
  'keycloak',
  'lemonldap-ng',
  'oidc-provider',
  'openiddict',
  'ory-hydra',
  'spring-authorization-server',
])
for (const from of ['src/config', 'dist/src/config'])
  t.equal(findPresetsFolder(join(root, from)), join(root, 'config', 'presets'), from)
t.throws(() => findPresetsFolder('/'), /lacks its folder/)

for (const name of listPresets()) {
  const file = findPreset(name) ?? ''
  t.ok(isAbsolute(file))
  t.match(readFileSync(file, 'utf8'), /^# .*\n(#.*\n)*# .*measured|^# .*measured/, 'tells what was verified')
}
for (const name of ['', '.', '../gateway', 'generic.yaml', '__proto__', 'Generic'])
  t.equal(findPreset(name), undefined, JSON.stringify(name))

t.same(overlay({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, d: null }), {
  a: { b: 1, c: [3] },
  d: null,
})
t.same(overlay({ a: 1 }, 2), 2)
t.equal(pick({ a: [{ b: 1 }] }, ['a', 0, 'b']), 1)
t.equal(pick({}, ['constructor', 'name']), undefined)

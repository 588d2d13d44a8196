import t from 'tap'
import { authorizePath, path } from '../../../src/config/schema/addresses.ts'
import { classifyTarget, guardPaths } from '../../../src/http/endpoints.ts'
import { parseTarget } from '../../../src/http/target.ts'
import { Refusal } from '../../../src/refusal.ts'

const cases: [value: string, isPlain: boolean, isAuthorizePath: boolean][] = [
  ['/oauth2/authorize', true, true],
  ['//oauth2/authorize', false, true],
  ['/oauth2//authorize', false, true],
  ['///oauth2/authorize', false, true],
  ['//', false, false],
  ['//oauth2/authorize//', false, false],
  ['//oauth2/../authorize', false, false],
  ['//:8080/authorize', false, false],
  ['https://login.example.com/authorize', false, false],
]
for (const [value, isPlain, isAuthorizePath] of cases) {
  t.equal(path.safeParse(value).success, isPlain, `${value} as any path`)
  t.equal(authorizePath.safeParse(value).success, isAuthorizePath, `${value} as an authorization endpoint`)
}

t.test('a listed spelling with doubled slashes is the endpoint, and no other spelling is', async (t) => {
  const both = guardPaths({ authorization: ['/oauth2/authorize', '//oauth2/authorize'] }, '/step-up')
  const one = guardPaths({ authorization: ['/oauth2/authorize'] }, '/step-up')
  const classify = (raw: string, guarded: typeof both) => classifyTarget(parseTarget(raw), guarded)
  t.equal(classify('//oauth2/authorize?client_id=web', both), 'authorization')
  t.equal(classify('/oauth2/authorize', both), 'authorization')
  t.throws(() => classify('//oauth2/authorize', one), Refusal)
  t.throws(() => classify('/oauth2//authorize', both), Refusal)
  t.throws(() => classify('//OAUTH2/authorize', both), Refusal)
})

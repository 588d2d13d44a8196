import t from 'tap'
import { readIdentity } from '../../src/policy/identity.ts'

/** What an OP need not tell. */
const nothing = {
  sid: undefined,
  authTime: undefined,
  acr: undefined,
  username: undefined,
  email: undefined,
  phoneNumber: undefined,
  displayName: undefined,
  locale: undefined,
}

t.test('all claims', async (t) => {
  const claims = {
    sub: 'alice',
    sid: 's1',
    auth_time: 1_790_000_000,
    acr: 'loa-2',
    amr: ['pwd', 'otp'],
    preferred_username: 'Alice',
    email: 'alice@example.com',
    phone_number: '+420123456789',
    department: 'x',
  }
  t.strictSame(readIdentity(claims, 'sub'), {
    ...nothing,
    subject: 'alice',
    sid: 's1',
    authTime: 1_790_000_000,
    acr: 'loa-2',
    amr: ['pwd', 'otp'],
    username: 'Alice',
    email: 'alice@example.com',
    phoneNumber: '+420123456789',
    claims,
  })
  t.equal(readIdentity(claims, 'department')?.subject, 'x')
})

t.test('the subject is a string of 1 to 255 characters, as it stands', async (t) => {
  for (const sub of ['a', ' a ', 'A', 'e\u0301', '\u00e9', '0', 'null', 'x'.repeat(255)]) {
    t.equal(readIdentity({ sub }, 'sub')?.subject, sub)
  }
  const wrong = [undefined, null, '', 1, 0, true, ['alice'], { toString: () => 'alice' }, 'x'.repeat(256)]
  for (const sub of wrong) t.equal(readIdentity({ sub }, 'sub'), undefined)
  for (const claim of ['email', 'toString', '__proto__', 'constructor']) {
    t.equal(readIdentity({ sub: 'alice' }, claim), undefined)
  }
})

t.test('what is of another type is absent', async (t) => {
  const minimal = (claims: object) => ({ ...nothing, subject: 'a', amr: [], claims })
  const table: object[] = [
    { sid: 1 },
    { sid: '' },
    { auth_time: '1790000000' },
    { auth_time: Number.NaN },
    { auth_time: Number.POSITIVE_INFINITY },
    { acr: 2 },
    { acr: '' },
    { amr: 1 },
    { amr: ['pwd', 1] },
    { amr: [['pwd']] },
    { amr: { 0: 'pwd' } },
    { amr: null },
    { preferred_username: ['Alice'] },
    { name: ['Alice'], nickname: 'al' },
    { email: 'alice@example.com', email_verified: 'false' },
    { locale: 'de DE' },
    { locale: 'german' + 'x'.repeat(9) },
    { locale: 1 },
    { email: true },
    { email: 'alice@example.com', email_verified: false },
    { phone_number: 420123456789 },
    { phone_number: '+420123456789', phone_number_verified: false },
  ]
  for (const wrong of table) {
    const claims = { sub: 'a', ...wrong }
    t.strictSame(readIdentity(claims, 'sub'), minimal(claims), JSON.stringify(wrong))
  }
  t.equal(readIdentity({ sub: 'a', email: 'a@b', email_verified: true }, 'sub')?.email, 'a@b')
  t.equal(readIdentity({ sub: 'a', auth_time: 0 }, 'sub')?.authTime, undefined, 'a time that is not known')
  t.same(readIdentity({ sub: 'a', amr: 'pwd' }, 'sub')?.amr, ['pwd'])
})

t.test('how a user is called, and in which language', async (t) => {
  t.match(readIdentity({ sub: 'a', name: 'Alice', locale: 'de_DE' }, 'sub'), {
    displayName: 'Alice',
    locale: 'de-DE',
  })
})

t.test('userinfo describes where the ID token does not, and says nothing else', async (t) => {
  const claims = { sub: 'a', name: 'Alice' }
  const told = {
    sub: 'b',
    sid: 's',
    auth_time: 1,
    acr: 'high',
    amr: ['mfa'],
    name: 'Bob',
    email: 'a@example.com',
  }
  t.strictSame(readIdentity(claims, 'sub', told), {
    ...nothing,
    subject: 'a',
    amr: [],
    claims,
    displayName: 'Alice',
    email: 'a@example.com',
  })
  t.equal(readIdentity({}, 'sub', told), undefined)
  t.equal(readIdentity({ sub: 'a', email_verified: false }, 'sub', { email: 'x@y' })?.email, undefined)
})

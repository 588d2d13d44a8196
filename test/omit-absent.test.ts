import t from 'tap'
import { omitAbsent } from '../src/omit-absent.ts'

t.test('only what is undefined goes', async (t) => {
  const values = { text: '', count: 0, flag: false, none: null, absent: undefined }
  t.strictSame(Object.keys(omitAbsent(values)), ['text', 'count', 'flag', 'none'])
})

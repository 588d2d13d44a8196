import { createHmac } from 'node:crypto'
import t from 'tap'
import { createNameSubject } from '../../src/telemetry/name-subject.ts'

const subjectKey = 'a key of more than thirty-two characters'

t.test('a user is named as the configuration says', async (t) => {
  const table = [
    [{ level: 'info', subject: 'plain' }, 'alice'],
    [{ level: 'info', subject: 'omitted' }, undefined],
    [
      { level: 'info', subject: 'hashed', subjectKey },
      `hmac:${createHmac('sha256', subjectKey).update('alice').digest('hex').slice(0, 32)}`,
    ],
  ] as const
  for (const [rules, named] of table) {
    t.equal(createNameSubject(rules)('alice'), named, rules.subject)
    t.equal(createNameSubject(rules)(undefined), undefined, `${rules.subject}, and nobody is known`)
  }
})

t.test('another key gives another name', async (t) => {
  const name = (key: string) =>
    createNameSubject({ level: 'info', subject: 'hashed', subjectKey: key })('alice')
  t.not(name(subjectKey), name(`${subjectKey}!`))
})

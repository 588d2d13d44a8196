import { createHmac } from 'node:crypto'
import type { Config } from '../config/schema/schema.ts'

/** How lines name a user; undefined where they do not. */
export type NameSubject = (subject: string | undefined) => string | undefined

/** As `log.subject` says: the user id, its HMAC (SHA-256, 32 of its hexadecimal digits), or nothing. */
export function createNameSubject({ subject: how, subjectKey = '' }: Config['log']): NameSubject {
  switch (how) {
    case 'plain':
      return (subject) => subject
    case 'omitted':
      return () => undefined
    case 'hashed':
      return (subject) =>
        subject === undefined
          ? undefined
          : `hmac:${createHmac('sha256', subjectKey).update(subject).digest('hex').slice(0, 32)}`
  }
}

import { z } from 'zod'
import { secret } from './text.ts'

/** The levels of the log, the most talkative first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

export type LogLevel = (typeof logLevels)[number]

/** `log`: what the log says, and how it names users. */
export const logSchema = z.strictObject({
  level: z
    .enum(logLevels)
    .default('info')
    .describe(
      'The least important lines that are written. LOG_LEVEL in the environment goes before it. Audit lines are always written.',
    ),
  subject: z
    .enum(['plain', 'hashed', 'omitted'])
    .default('plain')
    .describe(
      'How lines name users: by the user id, by its HMAC with subjectKey (the same user has the same), or not at all.',
    ),
  subjectKey: z
    .exactOptional(secret())
    .describe('The key of that HMAC, for subject: hashed; at least 32 characters.'),
})

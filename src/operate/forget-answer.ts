import * as z from 'zod'

/** The path on the admin listener. */
export const forgetPath = '/forget'

/** What a gateway answers when it was asked to forget a user. */
export const forgetAnswer = z.discriminatedUnion('status', [
  /** All is done. */
  z.object({
    status: z.literal('forgotten'),
    /** Whether the gateway remembered anything of the user. */
    remembered: z.boolean(),
    /** How many devices Authsignal knew of the user. */
    devices: z.number(),
    /** Whether that holds for this instance only. */
    isOneInstance: z.boolean(),
  }),
  /** What the gateway itself remembered is forgotten, and the devices at Authsignal are not. */
  z.object({ status: z.literal('devices_not_forgotten'), reason: z.string() }),
  /** Nothing is done. */
  z.object({ status: z.literal('not_forgotten'), reason: z.string() }),
])

export type ForgetAnswer = z.output<typeof forgetAnswer>

import type { Readable } from 'node:stream'
import type { HeaderFields } from '../http/exchange.ts'

/** A request as it goes to the OP. */
export interface OpRequest {
  readonly method: string
  readonly path: string
  readonly headers: HeaderFields
  /** A stream is what is too long to be held. */
  readonly body?: Buffer | Readable | null
  /** What it is for, in the name of its span: one of few values. */
  readonly purpose?: string
  readonly signal?: AbortSignal | null
}

/** The OP's final answer: its headers as they came, by lower-case name. */
export interface OpAnswer {
  readonly statusCode: number
  readonly headers: Record<string, string | string[]>
  readonly body: OpBody
}

/** All of a body, where it came with the head of the answer; otherwise what is still to come. */
export type OpBody = Buffer | Readable

/** How long the OP may be silent, in milliseconds. */
export interface Patience {
  readonly connectMs: number
  /** Before the head of the answer, and between two of its bytes. */
  readonly silenceMs: number
}

/** The code of an OP that was silent for too long. */
export const silentCode = 'OP_SILENT'

/** What an abort signal gives for its reason, as an error. */
export const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'))

import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Decision } from '../policy/decide.ts'
import type { Log } from './log.ts'

/** Whom and what an audit line is about. */
export interface AuditSubject {
  readonly clientId: string
  /** The page that was requested, if it was no client's request. */
  readonly page?: string | undefined
  readonly user: { readonly subject: string }
}

/** A refusal, as its line tells of it. */
export interface Refused {
  readonly code: string
  readonly message: string
  /** What was not allowed, as it was sent. */
  readonly value: string | undefined
}

/**
 * What must be found again after an incident, one JSON line each, marked `audit`. Of the things that pass through,
 * only the client, the user and the reasons are named: never a code, a token or an address with one in it.
 */
export interface Audit {
  /** @param at before the OP has answered, or at the release of its answer. */
  decision(about: AuditSubject, policy: ClientPolicy, decision: Decision, at: 'request' | 'release'): void
  /** The probe could not identify the user, so there was nothing to decide. @param fix what an operator may change. */
  unknownUser(policy: ClientPolicy, reason: string, fix?: string): void
  /** What `enforce` would have refused, and `monitor` lets pass. */
  wouldRefuse(policy: ClientPolicy, refusal: Refused): void
  /** `monitor` failed, and nobody noticed but this line. */
  unwatched(policy: ClientPolicy, error: unknown): void
  /** An authorization response went to its client, or would have where the mode is `monitor`. */
  released(about: AuditSubject, how: string): void
  /** The OP refused a code that was released. @param refused how old it was, in seconds, and what an operator may change. */
  codeRefused(
    about: { readonly clientId: string; readonly subject: string },
    refused: { readonly age: number; readonly fix?: string | undefined },
  ): void
  /** The end of a step-up, by which method, or what was wrong. */
  finished(
    about: AuditSubject,
    outcome: string,
    more: { readonly method?: string | undefined; readonly detail?: string | undefined },
  ): void
  /** The user had Authsignal remember the device. */
  deviceRemembered(about: AuditSubject): void
  deviceNotRemembered(about: AuditSubject, error: unknown): void
  /** A user was signed in at the OP after a sign-in by passkey. */
  signedIn(subject: string, by: 'header' | 'jwt'): void
  /** A user's passkeys have changed. */
  passkey(about: AuditSubject, change: 'added' | 'removed'): void
  /** A session at the OP has ended, and its step-ups with it. @param subject whose, where that is known. */
  signedOut(channel: 'front_channel' | 'back_channel', subject: string | undefined): void
  /** Something that no honest party does, or that only a misconfiguration explains. */
  security(event: string, details: Readonly<Record<string, unknown>>): void
}

export function createAudit(log: Log): Audit {
  const about = ({ clientId, page, user }: AuditSubject) => ({
    client_id: page === undefined ? clientId : undefined,
    page,
    subject: user.subject,
  })
  return {
    decision(it, policy, decision, at) {
      const { verdict, reason } = decision
      log.info(
        { audit: 'decision', ...about(it), action: policy.action, mode: policy.mode, at, verdict, reason },
        'decision',
      )
    },
    unknownUser({ clientId, mode }, reason, fix) {
      log.warn({ audit: 'unknown_user', client_id: clientId, mode, reason, fix }, 'the user is unknown')
    },
    wouldRefuse({ clientId, mode }, { code, message, value }) {
      const about = { client_id: clientId, mode, code, detail: message, value }
      log.warn({ audit: 'would_refuse', ...about }, 'would be refused once it is enforced')
    },
    unwatched({ clientId }, err) {
      log.warn({ audit: 'unwatched', client_id: clientId, err }, 'a sign-in could not be watched')
    },
    released(it, how) {
      log.info({ audit: 'released', ...about(it), how }, 'released')
    },
    codeRefused({ clientId, subject }, { age, fix }) {
      log.warn(
        { audit: 'code_refused', client_id: clientId, subject, age_seconds: age, fix },
        'the OP refused a released code',
      )
    },
    finished(it, outcome, { method, detail }) {
      log.info({ audit: 'step_up', ...about(it), outcome, method, detail }, 'step-up')
    },
    deviceRemembered(it) {
      log.info({ audit: 'device', ...about(it), remembered: true }, 'device remembered')
    },
    deviceNotRemembered(it, err) {
      log.warn({ audit: 'device', ...about(it), remembered: false, err }, 'device not remembered')
    },
    signedIn(subject, by) {
      log.info({ audit: 'signed_in', subject, by }, 'signed in by passkey')
    },
    passkey(it, change) {
      log.info({ audit: 'passkey', ...about(it), change }, 'passkeys changed')
    },
    signedOut(channel, subject) {
      log.info({ audit: 'signed_out', channel, subject }, 'signed out')
    },
    security(event, details) {
      log.warn({ audit: 'security', event, ...details }, 'security event')
    },
  }
}

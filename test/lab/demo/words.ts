import { relative } from 'node:path'
import { LAB_USERS } from '../op-world.ts'
import { findDemoConfig } from './config.ts'
import type { Demo } from './demo-world.ts'

/** What a person reads once all is up: where to click, who to be, what to expect. */
export function describeDemo(demo: Demo): string {
  return `
The step-up gateway and its lab are running, all of it on this machine.

  1. Open ${demo.webUrl}
     Payroll is protected. Sign in as alice, password alice.
     Expect: before you get in, you set up an authenticator app and type its code.
     Then Payroll shows what the provider says about alice.
     No phone at hand? Take the key below "Can't scan it?" and run: npm run totp -- KEY

  2. Press "Sign in again".
     Expect: signed in at once. The second factor counts while the provider's session lives.

  3. Open ${demo.otherUrl}
     Lunch menu is not protected. Expect: no second factor, whoever signs in.

  4. Press "Sign out everywhere" at Payroll and sign in as alice again.
     Expect: a new session, so a code is asked for again. Try Cancel, too.

  bob and carol are like alice. dave shows a second factor to the provider itself: he is not asked again.

  configuration  ${relative(process.cwd(), findDemoConfig())}
  gateway        ${demo.publicUrl}   (ready? ${demo.adminUrl}/readyz)
  provider       ${demo.opUrl}   (the gateway stands in front of it)
  Authsignal     ${demo.authsignalUrl}   (a local stand-in)

Each decision is one line below. Ctrl-C stops everything; the next start begins anew.

`
}

type LogLine = Readonly<Record<string, unknown>>

/** A line of the gateway's log in a few words; undefined for one that a visitor need not see. */
export function describeLogLine(line: string): string | undefined {
  const entry: LogLine = JSON.parse(line)
  const words = describeEntry(entry)
  return words === undefined ? undefined : `${clockOf(entry['time'])}  ${words}\n`
}

function describeEntry(entry: LogLine): string | undefined {
  const { audit, client_id: client, verdict, reason, outcome, method, how, code } = entry
  const who = `${nameUser(entry['subject'])} at ${client}`
  switch (audit) {
    case 'decision':
      return `${who}: ${verdict} (${reason})`
    case 'step_up':
      return `${who}: step-up ${outcome}${method === undefined ? '' : ` (${method})`}`
    case 'released':
      return how === 'kept_response' ? `${who}: release (${how})` : undefined
    case 'unknown_user':
      return `somebody at ${client}: unknown user (${reason})`
    case 'security':
      return `security: ${entry['event']}${client === undefined ? '' : ` at ${client}`}`
  }
  if (entry['msg'] === 'refused') return `refused: ${code} (support id ${entry['support_id']})`
  return Number(entry['level']) >= 50 ? `${entry['msg']}` : undefined
}

function nameUser(subject: unknown): string {
  return LAB_USERS.find(({ sub }) => sub === subject)?.username ?? String(subject)
}

function clockOf(time: unknown): string {
  return new Date(String(time)).toTimeString().slice(0, 8)
}

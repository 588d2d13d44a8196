import { relative } from 'node:path'
import { LAB_USERS } from '../op-world.ts'
import { findDemoConfig } from './config.ts'
import type { Demo } from './demo-world.ts'

/** What a person reads once all is up: where to click, who to be, what to expect. */
export function describeDemo(demo: Demo): string {
  const passkeysUrl = `${demo.publicUrl}/step-up/passkeys?return_to=${demo.webUrl}/`
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

  Passkeys
  5. Signed in as alice, open ${passkeysUrl}
     Expect: the app's next code (each counts once), then a page where you add a passkey.
     "Back to the application" leads to Payroll.

  6. Press "Sign out everywhere", then "Sign in", and go to the field "Username".
     Expect: the browser offers your passkey. Signed in without a password and without a code.

  Codes by email
  7. Sign out everywhere and sign in at Payroll as erin, password erin.
     Expect: her address is filled in already and can't be changed. Her mail is on
     ${demo.authsignalUrl}/mails

  The provider's own pages
  8. Signed in as erin, open ${demo.publicUrl}/account
     Expect: a new code by mail, before the provider shows the page. Change the name and save.
     After a minute save once more. Expect: nothing is done until you verified again.

  Remembered devices
  9. Open ${demo.web2Url} and sign in as bob.
     Contracts asks at each sign-in. Say yes when it offers to remember this device, and sign in again.
     Expect: no code any more, even after "Sign out everywhere".

  carol is like bob. dave shows a second factor to the provider itself: Payroll does not ask him again.
  The gateway's own pages speak German to a browser whose first language is German.

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
  const { audit, client_id: client, page, verdict, reason, outcome, method, how, code } = entry
  const user = nameUser(entry['subject'])
  const who = `${user} at ${client ?? page}`
  switch (audit) {
    case 'decision':
      return `${who}: ${verdict} (${reason})`
    case 'step_up':
      return `${who}: step-up ${outcome}${method === undefined ? '' : ` (${method})`}`
    case 'released':
      return how === 'kept_response' ? `${who}: release (${how})` : undefined
    case 'signed_in':
      return `${user}: signed in by passkey (${entry['by']})`
    case 'passkey':
      return `${who}: passkey ${entry['change']}`
    case 'device':
      return `${who}: device ${entry['remembered'] === true ? '' : 'not '}remembered`
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

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
  5. As alice, open ${passkeysUrl}
     Expect: the app's next code is asked for (each counts once); then add a passkey.
     No passkeys on this machine? Chrome's DevTools can play a device: More tools, WebAuthn.

  6. Go back to Payroll, press "Sign out everywhere", then "Sign in" and into the field Username.
     Expect: the browser offers the passkey. It signs alice in without a password and without a code.

  Codes by email
  7. Sign out everywhere and sign in at Payroll as erin.
     Expect: her address is filled in and can't be changed.
     Her mails are on ${demo.authsignalUrl}/mails

  The provider's own pages
  8. As erin, open ${demo.publicUrl}/account
     Expect: a new code by mail is asked for before the provider shows the page. Change the name.
     After a minute, change it again. Expect: nothing is changed until the next code.

  Remembered devices
  9. Sign out everywhere at Payroll, open ${demo.web2Url} and sign in as bob.
     Contracts asks each time, until you have it remember this device. Then sign in again.
     Expect: no code, even after "Sign out everywhere".

  The password is always the name. carol is like bob. dave shows a second factor to the provider itself:
  Payroll and Contracts do not ask him again. A browser that prefers German gets the gateway's pages in German.

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
  const { audit, client_id: client, page, verdict, reason, method, code = reason } = entry
  const user = nameUser(entry['subject'])
  const who = `${user} at ${client ?? page}`
  switch (audit) {
    case 'decision':
      return `${who}: ${verdict} (${reason})`
    case 'step_up':
      return `${who}: step-up ${reason}${method === undefined ? '' : ` (${method})`}`
    case 'released':
      return reason === 'kept_response' ? `${who}: release (${reason})` : undefined
    case 'signed_in':
      return `${user}: signed in by passkey (${entry['by']})`
    case 'passkey':
      return `${who}: passkey ${entry['change']}`
    case 'device':
      return `${who}: device ${entry['remembered'] === true ? '' : 'not '}remembered`
    case 'unknown_user':
      return `somebody at ${client ?? page}: unknown user (${reason})`
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

import type { FastifyBaseLogger } from 'fastify'
import type { FailureKind } from '../authsignal/failure-kind.ts'

export type LineLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a line means, and what an operator does about it. */
export interface LineMeaning {
  /** The usual level first. */
  readonly levels: readonly [LineLevel, ...LineLevel[]]
  readonly meaning: string
  readonly fix: string
}

const nothing = 'Nothing.'

/** The lines of the record (docs/audit.md), by their `msg`. */
export const auditLines = {
  decision: {
    levels: ['info'],
    meaning: 'The gateway decided about a sign-in or a page.',
    fix: 'See its reason.',
  },
  'step-up': {
    levels: ['info'],
    meaning: 'A challenge ended.',
    fix: 'See its reason.',
  },
  released: {
    levels: ['info'],
    meaning: 'An authorization response went to its client.',
    fix: nothing,
  },
  refused: {
    levels: ['info', 'error'],
    meaning:
      'The gateway answered a request itself. With `audit` the request concerned a protected client or page; without, none is known. At level error the gateway, the OP or Authsignal failed.',
    fix: 'See its reason, or its code.',
  },
  'would be refused': {
    levels: ['info'],
    meaning: 'A request of a client in mode monitor would be refused if the mode were enforce.',
    fix: 'Change the key that the line names, or the client, before you enforce.',
  },
  'the user is unknown': {
    levels: ['warn'],
    meaning: 'The OP did not say who the user is, so that nothing could be decided.',
    fix: 'See its reason.',
  },
  'a sign-in could not be watched': {
    levels: ['warn'],
    meaning: 'In mode monitor the gateway itself failed, and let the request pass.',
    fix: 'See err. With mode enforce this request would be refused.',
  },
  'the OP refused a released code': {
    levels: ['warn'],
    meaning: 'The client redeemed a code that was released, and the OP answered invalid_grant.',
    fix: 'If the line names a fix, follow it; else the client sent something wrong, or the code twice.',
  },
  'device remembered': {
    levels: ['info'],
    meaning: 'The user had Authsignal remember the device.',
    fix: nothing,
  },
  'device not remembered': {
    levels: ['warn'],
    meaning: 'The user wanted that, and Authsignal did not take it. The sign-in went on.',
    fix: 'See the line on the call of Authsignal in the same request.',
  },
  'signed in by passkey': {
    levels: ['info'],
    meaning: 'A user signed in at the OP with a passkey.',
    fix: nothing,
  },
  'passkeys changed': {
    levels: ['info'],
    meaning: 'A user added or removed a passkey.',
    fix: nothing,
  },
  'signed out': {
    levels: ['info'],
    meaning: 'A session ended at the OP, and its step-ups with it.',
    fix: nothing,
  },
  'user forgotten': {
    levels: ['info'],
    meaning: 'An operator ended what a user had shown (`forget`): step-ups, passes and remembered devices.',
    fix: nothing,
  },
  'user forgotten, devices not': {
    levels: ['error'],
    meaning:
      'The same, but Authsignal did not forget the devices of the user: rules on devices may still let them pass.',
    fix: 'See err and the line on the call of Authsignal, and run `forget` again.',
  },
  'security event': {
    levels: ['warn'],
    meaning: 'Something that no honest party does, or a misconfiguration.',
    fix: 'See its event.',
  },
} as const satisfies Readonly<Record<string, LineMeaning>>

/** One line for each way in which a call of Authsignal fails. */
export const failureLines = {
  'Authsignal did not answer in time': {
    levels: ['warn'],
    meaning: 'A call took longer than authsignal.timeout.',
    fix: 'Look at the status of Authsignal and at the network between; lengthen authsignal.timeout if after_ms is always close to it.',
  },
  'Authsignal refused the connection': {
    levels: ['error'],
    meaning: 'Nobody listens at the address of authsignal.apiUrl, or a firewall refuses.',
    fix: 'Correct authsignal.apiUrl, or let the gateway reach it.',
  },
  'the connection to Authsignal broke off': {
    levels: ['warn'],
    meaning: 'The connection ended before the answer, twice.',
    fix: 'Look at proxies and firewalls between the gateway and Authsignal.',
  },
  "Authsignal can't be reached": {
    levels: ['error'],
    meaning: 'There is no route to the address of authsignal.apiUrl.',
    fix: 'Let the gateway reach it: routes, firewall, network policy.',
  },
  "Authsignal's name can't be resolved": {
    levels: ['error'],
    meaning: 'DNS knows no address for the host of authsignal.apiUrl, or does not answer.',
    fix: "Correct authsignal.apiUrl, or the gateway's DNS.",
  },
  'the TLS connection to Authsignal failed': {
    levels: ['error'],
    meaning:
      'The certificate at authsignal.apiUrl is not valid for it, or the handshake failed; error_code says how.',
    fix: 'If a proxy inspects TLS, exempt this host, or give Node its CA in NODE_EXTRA_CA_CERTS; see also that the time of this machine is right.',
  },
  'Authsignal does not accept the key': {
    levels: ['error'],
    meaning:
      'The API answered 401: authsignal.apiSecretKey is wrong, or is that of a tenant in another region.',
    fix: "Copy the tenant's Server API secret key, and set authsignal.apiUrl to the tenant's region.",
  },
  'the key is not for this API of Authsignal': {
    levels: ['error'],
    meaning: 'The API answered 403: the key is of another kind, such as that of the Management API.',
    fix: "Set authsignal.apiSecretKey to the tenant's Server API secret key.",
  },
  'there is no API of Authsignal at apiUrl': {
    levels: ['error'],
    meaning: 'What answers is not the API: 404, 405, a redirect, or a page.',
    fix: "Set authsignal.apiUrl to the tenant's region, with /v1 at its end, such as https://eu.api.authsignal.com/v1.",
  },
  'Authsignal limits the rate': {
    levels: ['warn'],
    meaning:
      'The API answered 429: too many calls in a short time. The sign-in is refused, whatever onError says.',
    fix: 'Ask Authsignal for a higher limit; remember, rememberDevice and satisfiedByAmr make fewer calls necessary.',
  },
  'the tenant has no authenticator': {
    levels: ['error'],
    meaning: 'No authenticator is set up at Authsignal, so that nobody can be challenged.',
    fix: "Set one up in Authsignal's portal.",
  },
  'Authsignal refused a request': {
    levels: ['error'],
    meaning: 'The API answered with another 4xx; error_code is its own word for it.',
    fix: 'See that the action exists in the portal, and that `send` and `custom` send what it accepts.',
  },
  'Authsignal failed': {
    levels: ['warn'],
    meaning: 'The API answered with a 5xx.',
    fix: 'Look at the status of Authsignal. onError says what happens to sign-ins meanwhile.',
  },
  "Authsignal's answer can't be read": {
    levels: ['error'],
    meaning: 'The API answered something that the gateway does not understand; reason says what is wrong.',
    fix: 'See that no proxy changes the answers; report it if it stays.',
  },
  "a user id can't be sent to Authsignal": {
    levels: ['warn'],
    meaning: 'The user id is empty, `.` or `..`, or longer than 255 characters: nothing was sent.',
    fix: 'Choose another claim in provider.subject.',
  },
  'Authsignal answers again': {
    levels: ['info'],
    meaning: 'The first call that succeeded after others had failed.',
    fix: nothing,
  },
} as const satisfies Readonly<Record<string, LineMeaning>>

/** The line of each kind of failure. */
export const lineOfFailure: Readonly<Record<FailureKind, keyof typeof failureLines>> = {
  timeout: 'Authsignal did not answer in time',
  connection_refused: 'Authsignal refused the connection',
  connection_lost: 'the connection to Authsignal broke off',
  unreachable: "Authsignal can't be reached",
  dns: "Authsignal's name can't be resolved",
  tls: 'the TLS connection to Authsignal failed',
  wrong_key: 'Authsignal does not accept the key',
  wrong_key_type: 'the key is not for this API of Authsignal',
  wrong_url: 'there is no API of Authsignal at apiUrl',
  rate_limited: 'Authsignal limits the rate',
  no_authenticators: 'the tenant has no authenticator',
  request_refused: 'Authsignal refused a request',
  server_error: 'Authsignal failed',
  unreadable_answer: "Authsignal's answer can't be read",
  not_sent: "a user id can't be sent to Authsignal",
}

/** All other lines. */
export const plainLines = {
  listening: {
    levels: ['info'],
    meaning: 'Requests of browsers and clients are answered at this address.',
    fix: nothing,
  },
  'the configuration is in effect': {
    levels: ['info'],
    meaning:
      'The configuration was read anew, because its files changed or on SIGHUP. version is the one that audit lines name.',
    fix: nothing,
  },
  'a change of the configuration protects less': {
    levels: ['warn'],
    meaning:
      'What is named was protected (mode enforce) until the configuration was read anew. A folder that was emptied, or a file that was deleted by mistake, looks the same.',
    fix: 'If nobody meant it, restore the files: they are read again within reload.interval.',
  },
  'the configuration could not be reloaded: the one before stays': {
    levels: ['error'],
    meaning:
      'The configuration changed and can not be used, or not yet. Requests are served as before. Written once for each reason.',
    fix: 'Correct what problems name. If it is not a file, it is tried again by itself.',
  },
  'a change of the configuration needs a restart': {
    levels: ['warn'],
    meaning: 'The rest of the change is in effect. These keys are read once, when the gateway starts.',
    fix: 'Start the gateway again when it suits.',
  },
  'the probe does not know the user': {
    levels: ['info', 'debug'],
    meaning: 'The OP did not say who the user is. Before a sign-in that is as it should be.',
    fix: 'See its reason, if users who are signed in are unknown.',
  },
  'the provider metadata is known': {
    levels: ['info'],
    meaning: "The OP's metadata was read for the first time: requests are served from now on.",
    fix: nothing,
  },
  'the provider metadata could not be read': {
    levels: ['warn'],
    meaning:
      'It is tried again. Until it is known everything is answered with 503; later what was known stays.',
    fix: 'See reason: correct upstream.url or provider.issuer, or start the OP.',
  },
  'this endpoint can not be guarded': {
    levels: ['warn'],
    meaning: "An endpoint of the OP's metadata is at another host, or can't be distinguished from others.",
    fix: "See that clients use it through publicUrl; add the OP's own name to upstream.names.",
  },
  'this provider has endpoints without TLS': {
    levels: ['warn'],
    meaning: "The OP's metadata names http addresses.",
    fix: 'Right for a trial on one machine only: else set publicUrl and the issuer to https.',
  },
  "a clock differs from this machine's": {
    levels: ['warn'],
    meaning:
      "By more than 30 seconds: passed challenges fail, or the OP's ID tokens don't count. Written once until it agrees again.",
    fix: 'Synchronise the clocks (NTP).',
  },
  "a clock agrees with this machine's again": {
    levels: ['info'],
    meaning: 'What the line before it said is over.',
    fix: nothing,
  },
  'a login page is left without the passkey sign-in': {
    levels: ['warn'],
    meaning: "The gateway could not add the passkey sign-in to the OP's login page; obstacle says why.",
    fix: 'See docs/passkeys.md.',
  },
  'the rules of the passkey page ask for no challenge': {
    levels: ['warn'],
    meaning: 'Only a step-up opens the passkey page, and Authsignal allowed the user without one.',
    fix: 'In the portal, make CHALLENGE the default outcome of that action.',
  },
  'the store can not be used: protected clients get 503': {
    levels: ['warn'],
    meaning: 'The store does not answer. What needs none still flows. Written once until it answers again.',
    fix: 'See reason, and docs/store.md.',
  },
  'the store answers': {
    levels: ['info'],
    meaning: 'For the first time, or again.',
    fix: nothing,
  },
  'no traces are sent': {
    levels: ['warn'],
    meaning: 'The environment asks for traces in a way that is not possible. Everything else works.',
    fix: 'Change the variable that reason names; docs/tracing.md lists what is possible.',
  },
  'traces are sent': {
    levels: ['info'],
    meaning: 'The collector took some, for the first time or again.',
    fix: nothing,
  },
  'traces can not be sent': {
    levels: ['warn'],
    meaning:
      'The collector does not answer, or refuses. What it does not take is lost; nothing else depends on it. Written once until it takes some again.',
    fix: 'See reason; look at OTEL_EXPORTER_OTLP_ENDPOINT, its headers and its certificate.',
  },
  'OpenTelemetry warns': {
    levels: ['warn'],
    meaning: 'The library that makes traces found a variable that it can not read, or had to drop spans.',
    fix: 'See detail, and docs/tracing.md.',
  },
  'a proxy in front may be missing in trustedProxies': {
    levels: ['warn'],
    meaning: 'A request from this peer says in a header where it comes from, and the header is ignored.',
    fix: 'If the peer is the proxy in front, list its network in trustedProxies.',
  },
  'a stand-in may answer for Authsignal': {
    levels: ['warn'],
    meaning: 'authsignal.apiUrl is on loopback. Anyone who reaches a stand-in passes every challenge.',
    fix: "Right for a rehearsal only: else set authsignal.apiUrl to your region's API.",
  },
  "the OP's answer broke off": {
    levels: ['warn'],
    meaning: 'What was sent on of it breaks off for the client too.',
    fix: "Look at the OP's log for that time.",
  },
  'a logout could not be followed': {
    levels: ['warn'],
    meaning: 'The gateway failed to see whether a session has ended; its step-ups stay until they expire.',
    fix: 'See err.',
  },
} as const satisfies Readonly<Record<string, LineMeaning>>

/** Every text that the gateway itself logs. */
export const logLines = { ...auditLines, ...failureLines, ...plainLines }

export type LogMessage = keyof typeof logLines

/** What a line is written to. */
export type LineLog = Pick<FastifyBaseLogger, LineLevel>

/**
 * Writes a line: the only way to, so that docs/log.md lists them all.
 *
 * @param level one of the line's levels. Default: the first of them.
 */
export function writeLine<Message extends LogMessage>(
  log: LineLog,
  message: Message,
  fields: object,
  level: (typeof logLines)[Message]['levels'][number] = logLines[message].levels[0],
): void {
  log[level](fields, message)
}

/** One metric, as `/metrics` and docs/metrics.md describe it. */
export interface Family {
  readonly help: string
  readonly labels: readonly string[]
  /** Samples tell in OpenMetrics in which request they were counted. */
  readonly exemplars?: true
}

/** Whom something is about: a client or a page of the configuration. One of the two at most is set. */
const about = ['client_id', 'page'] as const

export const counters = {
  // What happens to sign-ins: counted from the lines of the record (docs/audit.md) and from what goes into the store.
  step_up_gateway_authorization_requests_total: {
    help: 'Authorization requests of protected and watched clients that began. One that is repeated, by a reload or after a step-up, counts once.',
    labels: ['client_id', 'mode'],
  },
  step_up_gateway_decisions_total: {
    help: 'Decisions on sign-ins and pages. A sign-in with a challenge has two: the challenge, and the release by its pass. Authsignal was not asked for those with reason pass, satisfied_by_amr, proof and step_up_open.',
    labels: [...about, 'mode', 'verdict', 'reason'],
    exemplars: true,
  },
  step_up_gateway_step_ups_opened_total: {
    help: 'Challenges that were opened for a user.',
    labels: about,
  },
  step_up_gateway_step_ups_ended_total: {
    help: 'Challenges that ended, by outcome. Abandoned: nobody came back within stepUp.timeout; the gateway that opened it counts it then. In_another_browser: somebody passed it on. Lost: the store has forgotten it.',
    labels: [...about, 'outcome'],
    exemplars: true,
  },
  step_up_gateway_released_total: {
    help: 'Authorization responses that went to their client; with mode monitor, those that would have.',
    labels: [...about, 'mode'],
  },
  step_up_gateway_refused_total: {
    help: 'Requests and responses that the gateway answered itself, where no decision says why.',
    labels: [...about, 'leg', 'reason'],
    exemplars: true,
  },
  step_up_gateway_would_refuse_total: {
    help: 'What mode enforce would refuse of clients in mode monitor.',
    labels: [...about, 'leg', 'reason'],
  },
  step_up_gateway_unknown_users_total: {
    help: 'Sign-ins and pages for which the OP did not say who the user is.',
    labels: [...about, 'mode', 'reason'],
  },
  step_up_gateway_unwatched_total: {
    help: 'Sign-ins of clients in mode monitor in which the gateway itself failed. They passed.',
    labels: about,
  },
  step_up_gateway_codes_refused_by_provider_total: {
    help: 'Released codes that the OP refused to redeem.',
    labels: about,
  },
  step_up_gateway_security_events_total: {
    help: 'What no honest party does, or only a misconfiguration explains: swapped users, codes that were not released, and others. docs/log.md lists the events.',
    labels: ['event', ...about],
  },
  step_up_gateway_device_offers_total: {
    help: 'Users who wanted their device to be remembered. Result failed: Authsignal did not take it.',
    labels: ['result'],
  },
  step_up_gateway_passkey_sign_ins_total: {
    help: 'Sign-ins by passkey that the OP accepted.',
    labels: ['by'],
  },
  step_up_gateway_passkey_changes_total: {
    help: 'Passkeys that users added or removed on the page of the gateway.',
    labels: ['change'],
  },
  step_up_gateway_sign_outs_total: {
    help: 'Sessions that ended at the OP, and their step-ups with them.',
    labels: ['channel'],
  },
  step_up_gateway_users_forgotten_total: {
    help: 'Users whom an operator had forgotten. Devices failed: Authsignal still knows their devices.',
    labels: ['devices'],
  },
  // What happens on the wire and in the process.
  step_up_gateway_http_responses_total: {
    help: 'Answers at the public listener that were sent to their end, by kind of endpoint and class of status. Endpoint none: refused before it was known.',
    labels: ['endpoint', 'status'],
  },
  step_up_gateway_upstream_failures_total: {
    help: 'Requests to the OP without a usable answer. Asker client: forwarded ones; gateway: its own.',
    labels: ['asker', 'reason'],
  },
  step_up_gateway_authsignal_failures_total: {
    help: 'Calls of Authsignal that failed. docs/log.md has a line for each kind, with what to do.',
    labels: ['failure'],
  },
  step_up_gateway_store_failures_total: {
    help: 'Questions to the store without an answer.',
    labels: ['operation'],
  },
  step_up_gateway_store_evictions_total: {
    help: 'Store in memory: records that had to go before their time, by their kind and by who had written them.',
    labels: ['kind', 'owner'],
  },
  step_up_gateway_config_reloads_total: {
    help: 'Attempts to take over a changed configuration. Result failed: the old one stays.',
    labels: ['result'],
  },
} as const satisfies Readonly<Record<string, Family>>

/** Seconds. */
const network = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const near = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

export const histograms = {
  step_up_gateway_upstream_duration_seconds: {
    help: "From a request to the OP to the head of its answer. Asker client: forwarded ones; gateway: its own, such as the probe's.",
    labels: ['asker'],
    buckets: [...network, 30],
  },
  step_up_gateway_probe_duration_seconds: {
    help: 'Probes: how long the OP took to say who the user is.',
    labels: [],
    buckets: network,
    exemplars: true,
  },
  step_up_gateway_authsignal_duration_seconds: {
    help: 'Calls of Authsignal that were answered, a retry included.',
    labels: ['call'],
    buckets: network,
    exemplars: true,
  },
  step_up_gateway_store_duration_seconds: {
    help: 'Questions that the store answered.',
    labels: ['operation'],
    buckets: near,
  },
  step_up_gateway_own_duration_seconds: {
    help: "The gateway's own share of requests at guarded endpoints and its own pages: all of their time but that of waiting for the OP, Authsignal, the store or the client.",
    labels: ['endpoint'],
    buckets: near,
  },
  step_up_gateway_challenge_duration_seconds: {
    help: 'From the opening of a challenge to the return of the user.',
    labels: ['verdict'],
    buckets: [5, 10, 15, 20, 30, 45, 60, 120, 300, 600],
  },
  step_up_gateway_limit_use_ratio: {
    help: 'How much of a limit was used up, each time that something was counted against it: 1 is all of it. Near 1 honest users are about to be refused.',
    labels: ['limit'],
    buckets: [0.1, 0.25, 0.5, 0.75, 0.9, 1],
  },
} as const satisfies Readonly<Record<string, Family & { readonly buckets: readonly number[] }>>

export const gauges = {
  step_up_gateway_build_info: {
    help: 'Always 1; the labels say what runs.',
    labels: ['version', 'node_version'],
  },
  step_up_gateway_config_info: {
    help: 'Always 1; version is that of the configuration, as in the field config of the record.',
    labels: ['version'],
  },
  step_up_gateway_config_last_reload_successful: {
    help: 'Whether the latest attempt to take over the configuration succeeded.',
    labels: [],
  },
  step_up_gateway_config_last_reload_success_timestamp_seconds: {
    help: 'When the configuration in use was taken over.',
    labels: [],
  },
  step_up_gateway_clients: {
    help: 'Clients of the configuration, by mode.',
    labels: ['mode'],
  },
  step_up_gateway_step_ups_open: {
    help: 'Challenges that this gateway opened and that have not ended. One that ends at another replica is noticed within a minute.',
    labels: [],
  },
  step_up_gateway_ready: {
    help: 'Whether this gateway takes traffic (readyz).',
    labels: [],
  },
  step_up_gateway_part_ok: {
    help: 'Whether a part is as it should be. 0: an operator should look; readyz says why.',
    labels: ['part'],
  },
  step_up_gateway_store_up: {
    help: 'Whether the store answers.',
    labels: [],
  },
  step_up_gateway_store_room_used_bytes: {
    help: 'Store in memory: what records take, by their kind and by who has written them.',
    labels: ['kind', 'owner'],
  },
  step_up_gateway_store_room_limit_bytes: {
    help: 'Store in memory: what they may take.',
    labels: ['kind', 'owner'],
  },
  step_up_gateway_clock_difference_seconds: {
    help: "By how much another clock is ahead of this machine's, as last seen, to a second or so.",
    labels: ['clock'],
  },
  step_up_gateway_certificate_expiry_timestamp_seconds: {
    help: 'When a certificate expires; of several in one key, the first to.',
    labels: ['certificate'],
  },
} as const satisfies Readonly<Record<string, Family>>

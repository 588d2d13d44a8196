/** What a request target leads to: a kind of guarded endpoint, the gateway's own pages, or anything else. */
export type EndpointKind =
  | 'authorization'
  | 'token'
  | 'pushed_authorization'
  | 'device_authorization'
  | 'backchannel_authentication'
  | 'own'
  | 'closed'
  | 'open'

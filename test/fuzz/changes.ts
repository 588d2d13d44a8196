import fc from 'fast-check'

/** A request before it is written as bytes. */
export interface Draft {
  readonly method: string
  readonly path: string
  readonly query: readonly string[]
  readonly headers: readonly string[]
  /** Pairs of a form. */
  readonly body?: readonly string[]
}

/** Makes a request odder. */
export type Change = (draft: Draft) => Draft

const oddParameters = fc.constantFrom(
  ...[
    'client_id=web',
    'client_id=other',
    'Client_Id=web',
    'client_id[]=web',
    'client%5fid=web2',
    'client_id%00=web',
  ],
  ...['response_mode=fragment', 'response_mode=form_post', 'response_mode=jwt', 'response_mode=web_message'],
  ...['response_type=id_token', 'response_type=code+id_token', 'response_type=token', 'response_type=none'],
  ...['prompt=none', 'prompt=login', 'prompt=consent', 'max_age=0', 'max_age=x', 'scope=profile', 'scope='],
  ...[
    'request=e30.e30.',
    'request_uri=https%3A%2F%2Fevil.example',
    'request_uri=urn:ietf:params:oauth:request_uri:x',
  ],
  ...[
    'redirect_uri=https%3A%2F%2Fevil.example',
    'acr_values=x',
    'claims=%7B%7D',
    'id_token_hint=x',
    'a;client_id=web',
  ],
  ...[
    'state=%ff',
    'state=%0d%0aSet-Cookie:a=b',
    'x=%',
    '&&&',
    'grant_type=implicit',
    'audience=web',
    'client_secret=x',
  ],
)

const oddHeaders = fc.constantFrom(
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding : chunked',
    'Content-Length: 3',
  ],
  ...[
    'Content-Length: 0',
    'Content-Length: +5',
    'Connection: x-a',
    'Connection: cookie',
    'Connection: keep-alive, te',
  ],
  ...[
    'Upgrade: websocket',
    'Expect: 100-continue',
    'Expect: x',
    'TE: trailers',
    'Trailer: x',
    'Host: evil.example',
  ],
  ...[
    'X-Forwarded-Host: evil.example',
    'X-Forwarded-For: 1.2.3.4',
    'Forwarded: host=evil',
    'X-Original-URL: /connect/token',
  ],
  ...[
    'X-HTTP-Method-Override: POST',
    'Range: bytes=0-3',
    'If-None-Match: *',
    'Accept-Encoding: br',
    'Accept: */*',
  ],
  ...[
    'Content-Encoding: gzip',
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Authorization: Basic x',
  ],
  ...[
    'Authorization: Bearer x',
    'Cookie: step-up=x; step-up=y',
    'Cookie: _session=mallory',
    'Cookie: "',
    'Sec-Fetch-Mode: cors',
  ],
  ...[
    'Sec-Fetch-Dest: iframe',
    'Purpose: prefetch',
    'Origin: https://evil.example',
    'X_Y: z',
    ': x',
    'a b: c',
    ' folded: x',
  ],
)

const oddSpelling = fc.constantFrom<(path: string) => string>(
  (path) => path.toUpperCase(),
  (path) => path.replace('o', '%6f'),
  (path) => path.replace('o', '%256f'),
  (path) => path.replace('/', '//'),
  (path) => `${path}/`,
  (path) => `${path};a=b`,
  (path) => `/x/..${path}`,
  (path) => `/.${path}`,
  (path) => path.replaceAll('/', '\\'),
  (path) => `http://evil.example${path}`,
  (path) => `${path}%00`,
  (path) => `${path}.json`,
  (path) => `${path}#`,
)

/** One change at random. */
export const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .constantFrom(
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'OPTIONS',
      'TRACE',
      'DELETE',
      'CONNECT',
      'PROPFIND',
      'get',
      'X',
      '',
    )
    .map<Change>((method) => (draft) => ({ ...draft, method })),
  oddSpelling.map<Change>((spell) => (draft) => ({ ...draft, path: spell(draft.path) })),
  {
    weight: 2,
    arbitrary: oddHeaders.map<Change>((line) => (draft) => ({ ...draft, headers: [...draft.headers, line] })),
  },
  oddHeaders.map<Change>((line) => (draft) => ({ ...draft, headers: [line, ...draft.headers.slice(1)] })),
  fc.nat(3).map<Change>((at) => (draft) => ({ ...draft, headers: draft.headers.toSpliced(at, 1) })),
  { weight: 3, arbitrary: oddParameters.map<Change>((one) => (draft) => withParameter(draft, one, false)) },
  { weight: 3, arbitrary: oddParameters.map<Change>((one) => (draft) => withParameter(draft, one, true)) },
  oddParameters.map<Change>((one) => (draft) => ({ ...draft, query: [one, ...draft.query] })),
)

/** Adds a parameter where the request has its own, or puts it in the place of the one of that name. */
function withParameter(draft: Draft, one: string, isInstead: boolean): Draft {
  const [name] = one.split('=', 1)
  const put = (pairs: readonly string[]) => [
    ...pairs.filter((other) => !(isInstead && other.startsWith(`${name}=`))),
    one,
  ]
  return draft.body ? { ...draft, body: put(draft.body) } : { ...draft, query: put(draft.query) }
}

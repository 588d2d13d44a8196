// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are part of the file
import { join } from 'node:path'
import t from 'tap'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'

// What operators get wrong in YAML, and every line that they then read. The first word is the place.

const env = { PROBE_CLIENT_SECRET: 'probe-s3cret', AUTHSIGNAL_API_SECRET_KEY: 'tenant-s3cret' }

const good = `publicUrl: https://login.example.com
upstream:
  url: http://127.0.0.1:5000
provider:
  probe:
    clientSecret: \${PROBE_CLIENT_SECRET}
    cookies: [session]
authsignal:
  apiSecretKey: \${AUTHSIGNAL_API_SECRET_KEY}
clients:
  web:
    mode: enforce
    redirectUris: ["https://app.example.com/cb"]
`
const probe = '  probe:\n    clientSecret: ${PROBE_CLIENT_SECRET}\n    cookies: [session]\n'
const clients = 'clients:\n  web:\n    mode: enforce\n    redirectUris: ["https://app.example.com/cb"]\n'
const key = 'authsignal:\n  apiSecretKey: ${AUTHSIGNAL_API_SECRET_KEY}\n'

/** The file with one part of it replaced. */
function change(from: string, to: string): string {
  if (!good.includes(from)) throw new Error(`not in the file: ${from}`)
  return good.replace(from, to)
}

const keysOfFile = 'write its keys below it: publicUrl, upstream, provider, authsignal'
const redirectUris =
  "(The client's redirect URIs, as registered at the OP. Required unless mode is off and defaults do not enforce. Of http on a loopback address the port does not count, and http://127.0.0.1/* stands for every path.)"
const cookies =
  "(The OP's session cookies, which the probe sends; a * at the end of a name matches chunks. Never list one-time cookies.)"

const mistakes: [name: string, file: string | Buffer, lines: string[]][] = [
  [
    'a reference without quotes inside { }',
    change(key, 'authsignal: { apiSecretKey: ${AUTHSIGNAL_API_SECRET_KEY} }\n'),
    [
      '8:29: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "${AUTHSIGNAL_API_SECRET_KEY}"',
    ],
  ],
  [
    'two of them',
    change(
      `provider:\n${probe}${key}`,
      'provider: { probe: { clientSecret: ${PROBE_CLIENT_SECRET}, cookies: [session] } }\nauthsignal: { apiSecretKey: ${file:/run/key} }\n',
    ),
    [
      '4:36: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "${PROBE_CLIENT_SECRET}"',
      '5:29: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "${file:/run/key}"',
    ],
  ],
  [
    'one of them, and another mistake',
    `${change(key, 'authsignal: { apiSecretKey: ${ KEY } }\n')}pages: {\n`,
    [
      '8:29: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "${NAME}"',
      '13:8: is a { that is never closed; write } behind its last entry',
    ],
  ],
  [
    'one in a list',
    change('["https://app.example.com/cb"]', '[${APP}/cb]'),
    ['13:20: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "${APP}"'],
  ],
  [
    'more of them than anybody forgets',
    `${'a: { b: ${X} }\n'.repeat(30)}`,
    Array.from(
      { length: 20 },
      (_, line) =>
        `${line + 1}:9: a reference inside { } or [ ] is not in quotes; put the value in quotes, such as "\${X}"`,
    ),
  ],
  [
    'a space inside a reference',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${ AUTHSIGNAL_API_SECRET_KEY }'),
    [
      '9:17 authsignal.apiSecretKey: holds a ${ that starts neither a variable nor a file; write ${NAME} or ${file:/path}, without spaces and without a default',
    ],
  ],
  [
    'a default in a reference',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${AUTHSIGNAL_API_SECRET_KEY:-x}'),
    [
      '9:17 authsignal.apiSecretKey: holds a ${ that starts neither a variable nor a file; write ${NAME} or ${file:/path}, without spaces and without a default',
    ],
  ],
  [
    'no probe',
    change(probe, '  preset: generic\n'),
    [
      '4:1 provider.probe: is missing; write probe: { clientSecret: "${PROBE_CLIENT_SECRET}", cookies: [session] } below "provider" (How the gateway asks the OP who the user is.)',
    ],
  ],
  [
    'no probe, where the preset has half of it',
    change(probe, '  preset: keycloak\n'),
    [
      '4:1 provider.probe: is missing; write probe: { clientSecret: "${PROBE_CLIENT_SECRET}" } below "provider" (How the gateway asks the OP who the user is.)',
    ],
  ],
  [
    'no provider',
    change(`provider:\n${probe}`, ''),
    [
      '1:1 provider: is missing; write provider: { probe: { clientSecret: "${PROBE_CLIENT_SECRET}", cookies: [session] } } (The OP as OpenID Connect sees it.)',
    ],
  ],
  [
    'a provider without keys',
    change(probe, ''),
    ['4:10 provider: is empty where a mapping belongs; write its keys below it: probe'],
  ],
  [
    'no secret of the probe',
    change('    clientSecret: ${PROBE_CLIENT_SECRET}\n', ''),
    [
      '5:3 provider.probe.clientSecret: is missing; write clientSecret: "${PROBE_CLIENT_SECRET}" below "probe" (The secret of that client.)',
    ],
  ],
  [
    'no cookies',
    change('    cookies: [session]\n', ''),
    [`5:3 provider.probe.cookies: is missing; write cookies: [session] below "probe" ${cookies}`],
  ],
  [
    'no authsignal',
    change(key, ''),
    [
      '1:1 authsignal: is missing; write authsignal: { apiSecretKey: "${AUTHSIGNAL_API_SECRET_KEY}" } (Authsignal, whose rules decide.)',
    ],
  ],
  [
    'no upstream',
    change('upstream:\n  url: http://127.0.0.1:5000\n', ''),
    [
      '1:1 upstream: is missing; write upstream: { url: "http://127.0.0.1:5000" } (The OP as the network sees it.)',
    ],
  ],
  [
    'no redirectUris',
    change('    redirectUris: ["https://app.example.com/cb"]\n', ''),
    [
      `11:3 clients.web.redirectUris: is missing; write redirectUris: ["https://app.example.com/callback"] below "web" ${redirectUris}`,
    ],
  ],
  [
    'TLS without its files',
    `${good}listen: { tls: {} }\n`,
    [
      '14:11 listen.tls.cert: is missing; write cert: … below "tls" (The certificate chain, in PEM.)',
      '14:11 listen.tls.key: is missing; write key: … below "tls" (Its private key, in PEM.)',
    ],
  ],
  [
    'a protected path without its path',
    `${good}protectedPaths: [{ httpMethods: [POST] }]\n`,
    [
      "14:18 protectedPaths[0].path: is missing; write path: … in this entry (A path of the OP, including everything below it; {issuer} at its start stands for the issuer's path.)",
    ],
  ],
  ['a tab', change('  url', '\turl'), ['3:1: is indented with a tab; indent with spaces']],
  [
    'two tabs',
    change('  web:\n    mode', '\tweb:\n\t\tmode'),
    ['11:1: is indented with a tab; indent with spaces, here and in 1 more line'],
  ],
  [
    'tabs in three lines',
    change('  web:\n    mode: enforce\n    redirectUris', '\tweb:\n\t\tmode: enforce\n\t\tredirectUris'),
    ['11:1: is indented with a tab; indent with spaces, here and in 2 more lines'],
  ],
  [
    'a tab, in a file of Windows',
    change('  url', '\turl').replaceAll('\n', '\r\n'),
    ['3:1: is indented with a tab; indent with spaces'],
  ],
  [
    'a no-break space',
    change('  url', '\u00a0\u00a0url'),
    ['3:1: is indented with a character that only looks like a space; replace it by spaces'],
  ],
  ['no colon', change('mode: enforce', 'mode enforce'), ['12:5: has no colon; write "key: value"']],
  [
    'no colon after a section',
    change('upstream:\n', 'upstream\n'),
    ['2:1: has no colon; write "key: value"'],
  ],
  ['= for a colon', change('mode: enforce', 'mode = enforce'), ['12:5: has no colon; write "key: value"']],
  [
    'no space after a colon',
    change('mode: enforce', 'mode:enforce'),
    ['12:5: has no space after the colon; put a space after "mode:"'],
  ],
  [
    'a space too few',
    change('    mode', '   mode'),
    ['12:4: has a value, but the next line is indented further; indent the keys of one section alike'],
  ],
  [
    'a space too many',
    change('    cookies', '     cookies'),
    ['6:5: has a value, but the next line is indented further; indent the keys of one section alike'],
  ],
  [
    'the same, behind a comment',
    change('    cookies', '\n # their names\n     cookies'),
    ['6:5: has a value, but the next line is indented further; indent the keys of one section alike'],
  ],
  [
    'a list that is not aligned',
    change(
      '["https://app.example.com/cb"]',
      '\n      - https://app.example.com/cb\n     - https://app.example.com/cb2',
    ),
    ['15:1: is a key without a value, or wrongly indented; write "key: value" on a line'],
  ],
  [
    '" that is not closed',
    change('/cb"]', '/cb]'),
    ['13:20: is a quote that is never closed; write " at its end'],
  ],
  [
    "' that is not closed",
    change('https://login', "'https://login"),
    ["1:12: is a quote that is never closed; write ' at its end"],
  ],
  [
    '" alone',
    change('https://login.example.com', '"'),
    ['1:12: is a quote that is never closed; write " at its end'],
  ],
  [
    '[ that is not closed',
    change('/cb"]', '/cb"'),
    ['13:19: is a [ that is never closed; write ] behind its last entry'],
  ],
  [
    '{ that is not closed',
    change('upstream:\n  url: http://127.0.0.1:5000', 'upstream: { url: http://127.0.0.1:5000'),
    ['2:11: is a { that is never closed; write } behind its last entry'],
  ],
  ['} too many', `${good}}\n`, ['14:1: } closes nothing; remove it']],
  ['] too many', change('/cb"]', '/cb"]]'), ['13:49: ] closes nothing; remove it']],
  [
    'typographic quotes',
    change('"https://app.example.com/cb"', '“https://app.example.com/cb”'),
    [
      '13:20 clients.web.redirectUris[0]: is in typographic quotes, which are part of the text; write straight ones: " or \'',
    ],
  ],
  [
    'a colon in a value',
    `${good}pages:\n  name: Login: Company\n`,
    ['15:9: is a value with a colon, and not in quotes; put the value in quotes'],
  ],
  [
    'a colon in a value inside { }',
    `${good}pages: { name: Login: Company }\n`,
    ['14:16: is a value with a colon, and not in quotes; put the value in quotes'],
  ],
  [
    '@ in front',
    `${good}pages:\n  name: @company\n`,
    ['15:9: starts with a character that YAML reserves; put the value in quotes'],
  ],
  [
    '* in front',
    change(key, `${key}  challengeHosts: [*.authsignal.com]\n`),
    [
      '10:20 authsignal.challengeHosts[0]: is an alias or an anchor (* or &), which is not supported; put it in quotes if it is text, or write the value out',
    ],
  ],
  [
    'a backslash',
    `${good}pages: { logo: "C:\\logo.png" }\n`,
    ['14:19: has an escape that YAML does not know; use single quotes, or double the \\'],
  ],
  [
    'a key twice',
    `${good}    mode: monitor\n`,
    ['14:5 clients.web.mode: the key is repeated; keep one of them'],
  ],
  [
    'an anchor and a merge key',
    `${change('  web:\n', '  web: &x\n')}  b:\n    <<: *x\n`,
    ['15:5 clients.b: merge keys are not supported; write the keys out'],
  ],
  [
    'a tag',
    change('mode: enforce', 'mode: !!str enforce'),
    ['12:17 clients.web.mode: has a tag, which is not supported; remove the tag'],
  ],
  [
    'no for a word',
    change('mode: enforce', 'mode: no'),
    ['12:11 clients.web.mode: is not off, monitor or enforce; write off, monitor or enforce'],
  ],
  [
    'a number for text',
    change('[session]', '[1]'),
    ['7:15 provider.probe.cookies[0]: is a number where text belongs; put it in quotes'],
  ],
  [
    'true for text',
    change('[session]', '[true]'),
    ['7:15 provider.probe.cookies[0]: is true or false where text belongs; put it in quotes'],
  ],
  [
    'a number for a duration',
    `${good}stepUp: { timeout: 600 }\n`,
    ['14:20 stepUp.timeout: is a number where text belongs; write text such as 30s'],
  ],
  [
    'text for a list',
    change('["https://app.example.com/cb"]', 'https://app.example.com/cb'),
    [
      '13:19 clients.web.redirectUris: is text where a list belongs; write [ ] around it, or - before each entry',
    ],
  ],
  ['an empty file', '', [`1:1: is empty where a mapping belongs; ${keysOfFile}`]],
  ['nothing but a comment', '# later\n', [`1:1: is empty where a mapping belongs; ${keysOfFile}`]],
  [
    'a list',
    '- publicUrl: x\n',
    ['1:1: is a list where a mapping belongs; write a key and a colon in place of each -'],
  ],
  ['text', 'hello\n', [`1:1: is text where a mapping belongs; ${keysOfFile}`]],
  [
    'two documents',
    `${good}---\n${good}`,
    ['14:1: contains more than one YAML document; keep one, and remove the --- lines'],
  ],
  [
    'windows-1252',
    Buffer.from(`${good}# K\xfcche\n`, 'latin1'),
    ['14:4: is not text in UTF-8; save the file as UTF-8'],
  ],
  ['UTF-16', Buffer.from(`\ufeff${good}`, 'utf16le'), ['1:1: is not text in UTF-8; save the file as UTF-8']],
  [
    'clients as a list',
    change('  web:\n    mode', '  - clientId: web\n    mode'),
    ['11:3 clients: is a list where a mapping belongs; write a key and a colon in place of each -'],
  ],
  [
    'clients as text',
    change(clients, 'clients: web\n'),
    ['10:10 clients: is text where a mapping belongs; write its keys below it'],
  ],
  [
    'a client without keys',
    change(clients, 'clients:\n  web:\n'),
    ['11:7 clients.web: is empty where a mapping belongs; write its keys below it: mode'],
  ],
  [
    'one letter',
    change('redirectUris', 'redirectURIs'),
    ['13:5 clients.web.redirectURIs: unknown key; did you mean "redirectUris"?'],
  ],
  [
    'one letter of a section',
    change('authsignal:\n', 'authSignal:\n'),
    ['8:1 authSignal: unknown key; did you mean "authsignal"?'],
  ],
  [
    'a file that is not there',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${file:nowhere}'),
    ['9:17 authsignal.apiSecretKey: file "nowhere" does not exist; correct the path or the file'],
  ],
  [
    'a file that is a folder',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${file:nested}'),
    ['9:17 authsignal.apiSecretKey: file "nested" is a folder; correct the path or the file'],
  ],
  [
    'a file that is no text',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${file:latin1}'),
    ['9:17 authsignal.apiSecretKey: file "latin1" is not text in UTF-8; save the file as UTF-8'],
  ],
  [
    'a variable that is not set',
    change('${AUTHSIGNAL_API_SECRET_KEY}', '${UNSET}'),
    ['9:17 authsignal.apiSecretKey: environment variable UNSET is not set; set it'],
  ],
  [
    'clientsDir that is not there',
    change(clients, 'clientsDir: nowhere\n'),
    ['10:13 clientsDir: does not exist; correct the path'],
  ],
  [
    'clientsDir that is a file',
    change(clients, 'clientsDir: gateway.yaml\n'),
    ['10:13 clientsDir: is not a folder; correct the path'],
  ],
  [
    'clientsDir with *.yml',
    change(clients, 'clientsDir: yml\n'),
    ['10:13 clientsDir: holds "web.yml", which is not read; name it *.yaml'],
  ],
  [
    'a preset of another spelling',
    change('provider:\n', 'provider:\n  preset: keycloack\n'),
    ['5:11 provider.preset: there is no such preset; did you mean "keycloak"?'],
  ],
  [
    'a preset *.yml',
    change('provider:\n', 'provider:\n  preset: ./op.yml\n'),
    ['5:11 provider.preset: there is no such preset; name your file *.yaml'],
  ],
  [
    'a preset of one’s own that is not there',
    change('provider:\n', 'provider:\n  preset: ./op.yaml\n'),
    [
      "5:11 provider.preset: this file does not exist; correct the path, which is relative to this file's folder",
    ],
  ],
]

const files = {
  yml: { 'web.yml': 'mode: enforce\n' },
  nested: {},
  latin1: Buffer.from([0xfc]),
}

for (const [name, file, lines] of mistakes) {
  t.test(name, async (t) => {
    const folder = t.testdir({ 'gateway.yaml': file, ...files })
    t.strictSame(
      readLines(folder),
      lines.map((line) => `gateway.yaml:${line}`),
    )
  })
}

const inFolder: [name: string, file: string, lines: string[]][] = [
  [
    'the client’s key once more',
    'web:\n  mode: enforce\n  redirectUris: ["https://app.example.com/cb"]\n',
    ['1:1 clients.web.web: unknown key; take "web:" away, and write its keys in its place'],
  ],
  [
    'an open bracket',
    'mode: enforce\nredirectUris: ["https://a/cb"\n',
    ['2:15 clients.web: is a [ that is never closed; write ] behind its last entry'],
  ],
  ['nothing', '', ['1:1 clients.web: is empty where a mapping belongs; write its keys below it: mode']],
  [
    'no mode',
    'redirectUris: ["https://app.example.com/cb"]\n',
    [
      '1:1 clients.web.mode: is missing; write mode: monitor below "web" (off: untouched. monitor: decisions are logged but not enforced; browsers get a cookie. enforce: no code and no token without a release.)',
    ],
  ],
]

for (const [name, file, lines] of inFolder) {
  t.test(`a file of clientsDir: ${name}`, async (t) => {
    const folder = t.testdir({
      'gateway.yaml': change(clients, 'clientsDir: clients.d\n'),
      'clients.d': { 'web.yaml': file },
    })
    t.strictSame(
      readLines(folder),
      lines.map((line) => `clients.d/web.yaml:${line}`),
    )
  })
}

const loading: [name: string, file: string][] = [
  ['a byte order mark', `\ufeff${good}`],
  ['line ends of Windows', good.replaceAll('\n', '\r\n')],
  ['a tab behind a colon', change('url: http', 'url:\thttp')],
  ['off without quotes', change('mode: enforce', 'mode: off')],
  ['a value on the next line', change('publicUrl: https', 'publicUrl:\n  https')],
]

for (const [name, file] of loading) {
  t.test(`${name} is no mistake`, async (t) => {
    t.strictSame(readLines(t.testdir({ 'gateway.yaml': file })), [])
  })
}

/** What is printed for the file, with paths below the folder. */
function readLines(folder: string): string[] {
  try {
    loadConfig(join(folder, 'gateway.yaml'), env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.replaceAll(`${folder}/`, '').split('\n')
  }
}

import { remember } from './remembered.ts'

const listOf = (...lines: string[]) => lines.flatMap((line) => line.split(' '))

const names: ReadonlySet<string> = new Set(
  listOf(
    // Where a request comes from
    'forwarded x-forwarded forwarded-for forwarded-for-ip x-forward x-forward-for x-forwarder-for x-real-ip',
    'x-real-port x-client-ip client-ip x-cluster-client-ip true-client-ip x-true-ip cf-connecting-ip',
    'cf-connecting-ipv6 cf-pseudo-ipv4 fastly-client-ip fastly-client fastly-ssl x-azure-clientip',
    'x-azure-socketip x-proxyuser-ip x-originating-ip x-coming-from x-source-ip proxy-client-ip remote-addr',
    'remote-host remote-port front-end-https x-scheme x-proto x-url-scheme x-server-name x-server-port',
    'http-client-ip http-x-forwarded-for',
    // Where it goes
    'x-host x-http-host-override x-http-destinationurl x-http-path-override x-http-method x-request-uri',
    'x-http-method-override x-method-override x-script-name script-name path-info x-path-info',
    // Ways into a CGI's environment, or past a server's own checks
    'proxy x-sendfile-type x-accel-mapping ms-aspnetcore-token ms-aspnetcore-clientcert',
    'ms-aspnetcore-winauthtoken x-arr-ssl x-arr-clientcert x-middleware-subrequest',
    // Who sends it
    'client-cert client-cert-chain x-user x-username x-auth-user smuser',
  ),
)

const prefixes = listOf(
  'x-forwarded- x-original- x-rewrite- x-envoy- x-appengine- wl-proxy-',
  'x-step-up x-stepup remote-user remote-group remote-email remote-name x-remote- x-authenticated-',
  'ssl- x-ssl x-tls- x-mtls- x-client-cert x-client-dn x-client-verify x-client-s-dn x-client-i-dn',
  'x-webauth- x-auth-request- x-amzn-oidc- x-amzn-mtls- x-goog-authenticated- x-goog-iap- cf-access-',
  'x-ms-client-principal x-ms-token- iv- sm- oam- oidc- mellon- shib- ajp- auth- lm-',
)
const prefix = new RegExp(`^(?:${prefixes.join('|')})`)

/**
 * Whether this request header claims where a request comes from, where it goes, or who sends it. Only the gateway may
 * send such headers: a client's never reach the OP.
 *
 * @param name in lower case.
 */
export function isClaimedHeader(name: string): boolean {
  return names.has(name) || prefix.test(name)
}

/**
 * Whether a server could take one header's name for another's: CGI, WSGI, Rack and PSGI fold case, make one character of
 * everything but letters and digits, and put `HTTP_` in front, which some take off again; others leave hyphens out.
 */
export function isSameHeader(name: string, other: string): boolean {
  // guard: trusted-header-spellings
  return foldHeaderName(name) === foldHeaderName(other)
}

const foldHeaderName = remember((name) => {
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return bare.replace(/^(?:http)+(?=.)/, '')
})

/**
 * Some OPs keep an authorization request themselves and send the browser on to the same endpoint, with nothing but a
 * request URI that they have made for it: OpenIddict does, where it caches requests.
 *
 * @param location of the OP's answer to a request of this client.
 * @param endpoint the authorization endpoint as browsers know it.
 * @returns where the browser is sent then, and the request URI; undefined for any other redirect.
 */
export function readOwnRequestUri(
  location: string,
  endpoint: URL,
  clientId: string,
): { readonly path: string; readonly requestUri: string } | undefined {
  if (!URL.canParse(location, endpoint.href)) return undefined
  const { origin, pathname, search, searchParams } = new URL(location, endpoint)
  const requestUri = searchParams.get('request_uri')
  const isThere =
    /* guard: own-origin */ origin === endpoint.origin &&
    /* guard: own-endpoint */ pathname === endpoint.pathname
  const isOfClient =
    /* guard: nothing-beside-it */ searchParams.size === 2 &&
    /* guard: own-client */ searchParams.get('client_id') === clientId
  if (!isThere || !isOfClient || !requestUri?.startsWith('urn:')) return undefined
  return { path: pathname + search, requestUri }
}

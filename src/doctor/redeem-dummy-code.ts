import { genericGrantRequest, randomPKCECodeVerifier } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { explainFailure } from '../probe/probe-failure.ts'
import { probeRedirectUri } from '../probe/question.ts'
import { registerClient } from '../provider/relying-party.ts'
import type { Setting } from './setting.ts'

/** In the OP's log, this tells where a refused code came from. */
const dummyCode = 'step-up-gateway-doctor'

/**
 * What the OP says to a code that does not exist (RFC 6749 5.2). `authenticated`: only the code is wrong. `refused`: the
 * client is. `not_allowed`: it may not use the grant.
 */
export type DummyAnswer =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'not_allowed' }
  | { readonly kind: 'other'; readonly detail: string }

/** Sends a code that does not exist with the credentials of the probe's client. */
export async function redeemDummyCode(
  { config, provider, upstream }: Pick<Setting, 'config' | 'provider' | 'upstream'>,
  clientAuth: Config['provider']['probe']['clientAuth'],
): Promise<DummyAnswer> {
  const client = registerClient(provider.metadata, { ...config.provider.probe, clientAuth }, upstream)
  try {
    await genericGrantRequest(client, 'authorization_code', {
      code: dummyCode,
      redirect_uri: probeRedirectUri(config),
      code_verifier: randomPKCECodeVerifier(),
    })
    return { kind: 'other', detail: 'a code that does not exist is redeemed' }
  } catch (error) {
    return readAnswer(explainFailure(error).detail)
  }
}

function readAnswer(detail: string): DummyAnswer {
  if (/\binvalid_grant$/.test(detail)) return { kind: 'authenticated' }
  if (/\binvalid_client$|answered 401/.test(detail)) return { kind: 'refused' }
  if (/\bunauthorized_client$|\bunsupported_grant_type$/.test(detail)) return { kind: 'not_allowed' }
  return { kind: 'other', detail }
}

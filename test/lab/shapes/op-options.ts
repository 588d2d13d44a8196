import { createHash, randomBytes } from 'node:crypto'
import type { OpOptions } from '../op.ts'

/** oidc-provider with all that the shapes need switched on. */
export function describeShapedOp(clients: OpOptions['clients']): OpOptions {
  return {
    clients,
    features: {
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: 'orders',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
        useGrantedResource: () => false,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? [],
      },
    },
    configuration: {
      subjectTypes: ['public', 'pairwise'],
      // The same in each start of the OP, unlike a salt.
      pairwiseIdentifier: async (_ctx, accountId, client) =>
        `pairwise-${createHash('sha256').update(`${client['sectorIdentifier']} ${accountId}`).digest('hex')}`,
    },
  }
}

import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import type { Owner } from './store.ts'

/** What the gateway remembers for one user takes room from that user's other records only. */
export const ownedBy = (subject: string): Owner => ({ kind: 'user', name: subject })

/** The same for what one release produces and is renewed without the user, such as refresh tokens. */
export const ownedByGrant = (subject: string, clientId: string): Owner => ({
  kind: 'user',
  name: hashOf(subject, clientId),
})

/** Somebody of whom no more is known than an address, and whom they say they are. */
export const sentFrom = (address: string, clientId?: string): Owner => ({
  kind: 'stranger',
  name: hashOf(groupAddress(address), clientId),
})

import { randomBytes, randomUUID } from 'node:crypto'
import type { Tenant } from './model.ts'

/** What a challenge is for: an action (without a code it is named when it is validated) and maybe a user. */
export type ChallengePurpose = {
  readonly actionCode: string
  readonly idempotencyKey: string
  /** Known when a token opened it. */
  readonly userId?: string | undefined
}

/** `started` names an action only; the others carry what the authenticator signs. */
export type ChallengeKind = 'started' | 'authentication' | 'registration'

export type Challenge = ChallengePurpose & {
  readonly challengeId: string
  readonly kind: ChallengeKind
  /** Base64url. */
  readonly nonce: string
  readonly expiresAt: number
  /** The `started` challenge from which it came. */
  readonly parentId?: string | undefined
  readonly username?: string | undefined
  readonly displayName?: string | undefined
}

/** The client API's challenges: each counts once, and only for a time. */
export class Challenges {
  readonly #open = new Map<string, Challenge>()
  readonly #tenant: Tenant

  constructor(tenant: Tenant) {
    this.#tenant = tenant
  }

  open(
    kind: ChallengeKind,
    purpose: ChallengePurpose & Pick<Challenge, 'parentId' | 'username' | 'displayName'>,
  ): Challenge {
    const challenge: Challenge = {
      ...purpose,
      kind,
      challengeId: randomUUID(),
      nonce: randomBytes(32).toString('base64url'),
      expiresAt: this.#tenant.now() + this.#tenant.settings.challengeLifetimeMs,
    }
    this.#open.set(challenge.challengeId, challenge)
    return challenge
  }

  /** Leaves it open. */
  find(challengeId: string, kind: ChallengeKind): Challenge | undefined {
    const found = this.#open.get(challengeId)
    return found?.kind === kind && found.expiresAt > this.#tenant.now() ? found : undefined
  }

  /** Uses it up, whatever becomes of it. */
  take(challengeId: string, kind: ChallengeKind): Challenge | undefined {
    const found = this.find(challengeId, kind)
    if (found !== undefined) this.#open.delete(challengeId)
    return found
  }

  /** After a success: what the same start led to counts no more. */
  closeFamily(challenge: Challenge): void {
    const { parentId } = challenge
    if (parentId === undefined) return
    this.#open.delete(parentId)
    for (const [id, other] of this.#open) if (other.parentId === parentId) this.#open.delete(id)
  }
}

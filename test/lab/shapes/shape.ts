import type { Browser, Page, Visit } from '../browser.ts'
import type { SignInWorld } from '../direct-world.ts'
import type { LabClient } from '../op-world.ts'

/** Where a shape is played: an OP, and whoever stands between it and the browser. */
export interface Stage {
  readonly world: Pick<SignInWorld, 'publicUrl' | 'op'>
  readonly browser: Browser
  /** What the RPs' own listener got: logout tokens of back-channel logout, oldest first. */
  readonly logoutTokens: readonly string[]
  /** Does what a person does at a page that stands between the OP and the RP; undefined if the page is no such page. */
  readonly passBy: (page: Page, visit: Visit) => Promise<Page | undefined>
}

/**
 * One way in which clients use an OP. What the RP sees of it must be the same with and without a gateway, and the same
 * for a client that is protected once the person has passed the challenge.
 */
export interface Shape {
  readonly name: string
  /** The client as the OP knows it. */
  readonly client: LabClient
  /**
   * Uses the OP in this way and gives back all that the RP saw, as plain data. Throws where that is wrong by itself.
   */
  readonly play: (stage: Stage, client: LabClient) => Promise<unknown>
}

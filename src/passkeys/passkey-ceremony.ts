import type { PasskeyCeremony } from '../records/passkey-records.ts'
import type { Records } from '../records/records.ts'
import { Refusal } from '../refusal.ts'

type Purpose = PasskeyCeremony['purpose']

/** A ceremony of one purpose. */
type CeremonyFor<Kind extends Purpose['kind']> = PasskeyCeremony & {
  readonly purpose: { kind: Kind } & Purpose
}

/**
 * A step of a passkey ceremony: it must have begun in this browser, for this purpose, and each step comes once.
 *
 * @throws {Refusal} `passkey_refused`
 */
export async function takeCeremony<Kind extends Purpose['kind']>(
  records: Records,
  challengeId: string,
  browser: string,
  kind: Kind,
): Promise<CeremonyFor<Kind>> {
  const isOwn = (ceremony: PasskeyCeremony): ceremony is CeremonyFor<Kind> =>
    ceremony.state === 'open' &&
    /* guard: ceremony-browser */ ceremony.browser === browser &&
    /* guard: ceremony-purpose */ ceremony.purpose.kind === kind
  const taken = await records.ceremonies.update(challengeId, (ceremony) =>
    isOwn(ceremony) ? { ...ceremony, /* guard: ceremony-step-once */ state: 'used' } : undefined,
  )
  if (taken === undefined) throw new Refusal('passkey_refused', 'no such ceremony in this browser')
  return taken as CeremonyFor<Kind>
}

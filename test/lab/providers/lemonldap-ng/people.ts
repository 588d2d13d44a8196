import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { People, Person } from '../kit.ts'

/** The accounts of LemonLDAP::NG's demonstration backend. The password is the name; `sub` is it too. */
export const lemonldapPeople: People = {
  alice: makePerson('dwho'),
  bob: makePerson('rtyler'),
  dave: { ...makePerson('msmith'), totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
}

function makePerson(username: string): Person {
  return { username, password: username, subject: username }
}

/**
 * Registers the TOTP of everybody who has one, the way LemonLDAP::NG keeps it: as a JSON text under `_2fDevices` in
 * the person's persistent session, a file whose name is the MD5 of the username.
 */
export async function registerSecondFactors(folder: string): Promise<void> {
  for (const { username, totpSecret } of Object.values(lemonldapPeople) as Person[]) {
    if (totpSecret === undefined) continue
    const id = createHash('md5').update(username).digest('hex')
    const epoch = Math.floor(Date.now() / 1000)
    const session = {
      _session_id: id,
      _session_kind: 'Persistent',
      _session_uid: username,
      _utime: epoch,
      _2fDevices: JSON.stringify([{ type: 'TOTP', name: 'phone', _secret: totpSecret, epoch }]),
    }
    await writeFile(join(folder, id), JSON.stringify(session))
  }
}

import { type LabClient, makeWebClient, secretOf } from './op-world.ts'
import { type Rp, startRp } from './rp.ts'

/** The applications of the lab. */
export interface LabRps {
  /** Protected, at app.localhost. */
  readonly web: Rp
  /** Protected too: a second client with the same need. */
  readonly web2: Rp
  /** Not protected. */
  readonly other: Rp
  /** Its users are asked for consent at the OP. */
  readonly consenting: Rp
  /** How the OP has to know them. */
  readonly clients: readonly LabClient[]
  close(): Promise<void>
}

/** What the applications are called and look like. */
export const APPLICATIONS = {
  web: { host: 'app.localhost', title: 'Payroll', accent: '#0f766e' },
  web2: { host: 'app2.localhost', title: 'Contracts', accent: '#155e75' },
  other: { host: 'other.localhost', title: 'Lunch menu', accent: '#a04a00' },
  consenting: { host: 'photos.localhost', title: 'Photo prints', accent: '#86198f' },
}

type ApplicationId = keyof typeof APPLICATIONS

/**
 * Starts the applications, before or after their OP: they ask `issuer` when somebody signs in first.
 * @param ports fixed ports by client_id; the others get free ones
 */
export async function startLabRps(
  issuer: () => string,
  ports: Partial<Record<ApplicationId, number>> = {},
): Promise<LabRps> {
  const start = (clientId: ApplicationId): Promise<Rp> =>
    startRp({
      issuer,
      clientId,
      clientSecret: secretOf(clientId),
      port: ports[clientId] ?? 0,
      ...APPLICATIONS[clientId],
    })
  const started: Rp[] = []
  const close = async () => {
    await Promise.all(started.map((rp) => rp.close()))
  }
  const startNext = async (clientId: ApplicationId): Promise<Rp> => {
    const rp = await start(clientId)
    started.push(rp)
    return rp
  }
  try {
    const [web, web2] = [await startNext('web'), await startNext('web2')]
    const [other, consenting] = [await startNext('other'), await startNext('consenting')]
    const clients = started.map(({ clientId, url }) =>
      makeWebClient(clientId, url, {
        client_name: APPLICATIONS[clientId as ApplicationId].title,
        ...(clientId === 'consenting' ? { consent: true } : {}),
      }),
    )
    return { web, web2, other, consenting, clients, close }
  } catch (error) {
    await close()
    throw error
  }
}

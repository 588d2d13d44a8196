import { secretOf } from '../op-world.ts'
import type { Application, ApplicationKit, ApplicationPlan, RunningApplications } from './kit.ts'

/** A kind of RP with the way in which it asks for its responses: one column of the matrix. */
export interface PlannedColumn {
  readonly kit: ApplicationKit
  readonly responseMode?: 'query' | 'form_post'
}

/** The applications of one column. */
export interface ApplicationSet {
  /** Protected. */
  readonly plain: Application
  /** Protected; its users are asked for consent at the OP. */
  readonly consenting: Application
  /** Protected, and satisfied by the OP's own second factor. */
  readonly trusting: Application
  /** Not protected. */
  readonly open: Application
}

export interface ApplicationColumn {
  readonly name: string
  readonly applications: ApplicationSet
}

export function nameColumn({ kit, responseMode }: PlannedColumn): string {
  return responseMode === undefined ? kit.name : `${kit.name} ${responseMode}`
}

/**
 * Starts the applications of all columns; none is left when one fails.
 * @param clientAuth how they have to authenticate, where the OP cares
 */
export async function startColumns(
  issuer: string,
  planned: readonly PlannedColumn[],
  clientAuth?: ApplicationPlan['clientAuth'],
): Promise<{ readonly columns: readonly ApplicationColumn[]; close(): Promise<void> }> {
  const started: RunningApplications[] = []
  const close = async () => {
    await Promise.all(started.map((running) => running.close()))
  }
  const columns: ApplicationColumn[] = []
  try {
    for (const column of planned) {
      const name = nameColumn(column)
      const running = await column.kit.start(issuer, planApplications(name, column.responseMode, clientAuth))
      started.push(running)
      const [plain, consenting, trusting, open] = running.applications
      if (!plain || !consenting || !trusting || !open)
        throw new Error(`${name} started fewer applications than planned`)
      columns.push({ name, applications: { plain, consenting, trusting, open } })
    }
  } catch (error) {
    await close()
    throw error
  }
  return { columns, close }
}

function planApplications(
  column: string,
  responseMode: PlannedColumn['responseMode'],
  clientAuth: ApplicationPlan['clientAuth'],
): ApplicationPlan[] {
  const suffix = column.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return ['plain', 'consenting', 'trusting', 'open'].map((what) => {
    const clientId = `${what}-${suffix}`
    return {
      clientId,
      clientSecret: secretOf(clientId),
      consent: what === 'consenting',
      ...(responseMode !== undefined && { responseMode }),
      ...(clientAuth !== undefined && { clientAuth }),
    }
  })
}

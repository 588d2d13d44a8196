import type { Authsignal } from '../authsignal/authsignal.ts'
import type { Config } from '../config/schema/schema.ts'
import type { Policies } from '../policy/policies.ts'
import type { Records } from '../records/records.ts'
import type { Audit } from '../telemetry/audit.ts'
import { createAttempts } from './attempts.ts'
import { createDriver } from './drive.ts'
import { createFinisher, type Finisher } from './finish.ts'
import { createJudge, type Judge } from './judge.ts'
import { createOpenings, type Openings } from './openings.ts'
import { createRecall, type Recall } from './recall.ts'
import { createRememberDevice } from './remember-device.ts'
import { createServeNextTab } from './resume.ts'
import { verifyReturn } from './verify.ts'
import { createWaysOn, type WaysOn } from './ways-on.ts'

export interface StepUpPorts {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly authsignal: Authsignal
  readonly audit: Audit
  readonly now: () => number
}

/** Step-ups from the question whether one is needed to the end of the last tab that waited for it. */
export interface StepUps {
  readonly judge: Judge
  readonly openings: Openings
  readonly finisher: Finisher
  readonly waysOn: WaysOn
  readonly recall: Recall
}

export function createStepUps(ports: StepUpPorts): StepUps {
  const { config, policies, records, authsignal, audit, now } = ports
  const attempts = createAttempts(records, now, config.stepUp, policies.counterOf)
  const openings = createOpenings(records, now, config.stepUp.timeout)
  const recall = createRecall(records, now, {
    sessionMs: config.stepUp.session,
    hasSignIns: config.passkeys?.signIn !== undefined,
  })
  const driver = createDriver(records, now)
  const judge = createJudge({
    config,
    policies,
    records,
    recall,
    openings,
    attempts,
    authsignal,
    audit,
    now,
  })
  const serveNextTab = createServeNextTab({
    publicUrl: config.publicUrl,
    records,
    recall,
    driver,
    audit,
    now,
  })
  const finisher = createFinisher({
    records,
    recall,
    openings,
    attempts,
    audit,
    now,
    verify: (stepUp, token) => verifyReturn({ authsignal, policies, now }, stepUp, token),
    serveNextTab,
    patienceMs: 2 * config.authsignal.timeout,
  })
  const waysOn = createWaysOn({
    config,
    policies,
    records,
    driver,
    judge,
    finisher,
    serveNextTab,
    rememberDevice: createRememberDevice({ policies, authsignal, audit, now }),
    now,
  })
  return { judge, openings, finisher, waysOn, recall }
}

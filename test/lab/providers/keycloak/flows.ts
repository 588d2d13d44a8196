interface Execution {
  readonly authenticator?: string
  readonly flowAlias?: string
  readonly requirement: 'REQUIRED' | 'ALTERNATIVE' | 'CONDITIONAL'
  readonly authenticatorConfig?: string
}

const BROWSER = 'browser with amr'
const FORMS = 'password and code'
const CODE = 'code of those who have one'

/**
 * The browser flow of a new realm once more, with a reference value at the password and at the code: the AMR mapper
 * puts it into `amr` for as many seconds as its maxAge says. Flows that are not named are those of a new realm.
 */
export function describeFlows(): Record<string, unknown> {
  return {
    browserFlow: BROWSER,
    authenticatorConfig: [makeReference('pwd'), makeReference('otp')],
    authenticationFlows: [
      makeFlow(BROWSER, true, [
        { authenticator: 'auth-cookie', requirement: 'ALTERNATIVE' },
        { flowAlias: FORMS, requirement: 'ALTERNATIVE' },
      ]),
      makeFlow(FORMS, false, [
        {
          authenticator: 'auth-username-password-form',
          requirement: 'REQUIRED',
          authenticatorConfig: 'amr pwd',
        },
        { flowAlias: CODE, requirement: 'CONDITIONAL' },
      ]),
      makeFlow(CODE, false, [
        { authenticator: 'conditional-user-configured', requirement: 'REQUIRED' },
        { authenticator: 'auth-otp-form', requirement: 'REQUIRED', authenticatorConfig: 'amr otp' },
      ]),
    ],
  }
}

function makeReference(value: string) {
  return {
    alias: `amr ${value}`,
    config: { 'default.reference.value': value, 'default.reference.maxAge': '36000' },
  }
}

function makeFlow(alias: string, topLevel: boolean, executions: readonly Execution[]) {
  return {
    alias,
    topLevel,
    providerId: 'basic-flow',
    builtIn: false,
    authenticationExecutions: executions.map((execution, place) => ({
      ...execution,
      authenticatorFlow: execution.flowAlias !== undefined,
      priority: 10 * (place + 1),
    })),
  }
}

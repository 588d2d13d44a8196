import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../ports.ts'
import { findBuild } from '../../providers/cache.ts'
import type { ApplicationPlan } from '../../providers/kit.ts'
import { type Program, startProgram } from '../../providers/program.ts'

const names = ['express-openid-connect', 'auth-js', 'oidc-client-ts'] as const
const folder = findBuild('applications', import.meta.dirname, [
  ...['package.json', 'package-lock.json', 'hosts.mjs'],
  ...names.map((name) => `${name}.mjs`),
])

/** What keeps them from starting, in one line. */
export async function findMissing(): Promise<string | undefined> {
  return existsSync(join(folder, 'installed'))
    ? undefined
    : 'express-openid-connect, Auth.js and oidc-client-ts are not installed: npm run test:providers:setup'
}

export interface HostedPlan extends ApplicationPlan {
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post'
  readonly host: string
  readonly url: string
}

/** Starts one process for the applications of all plans, each at a host name of its own, or for one at any. */
export async function startApplications(
  name: (typeof names)[number],
  issuer: string,
  plans: readonly (ApplicationPlan & { readonly host?: string })[],
): Promise<Program & { readonly hosted: readonly HostedPlan[] }> {
  const [port = 0] = await freePorts(1)
  const hosted = plans.map((plan): HostedPlan => {
    const { host = `${plan.clientId}.localhost` } = plan
    return {
      ...plan,
      clientAuth: plan.clientAuth ?? 'client_secret_basic',
      host,
      url: `http://${host}:${port}`,
    }
  })
  const program = await startProgram({
    name,
    command: [process.execPath, join(folder, `${name}.mjs`)],
    env: { APPLICATIONS: JSON.stringify(hosted), ISSUER: issuer, PORT: String(port), NODE_OPTIONS: '' },
    ready: `http://127.0.0.1:${port}/ready`,
    host: `127.0.0.1:${port}`,
  })
  return { ...program, hosted }
}

import { performance } from 'node:perf_hooks'
import { Browser } from '../../lab/browser.ts'
import type { Effort } from '../effort.ts'
import { type Line, median } from '../line.ts'
import { cpuSeconds } from '../processes.ts'
import { authorizePath, clients, hasArrived, meetPerson, type Person } from './person.ts'
import type { SignInBed, StepUpWorld } from './worlds.ts'

const slowMs = 80
const goals = { allowedMs: 4, slowRatio: 1.08, allowedCpuMs: 1.2, challengedCpuMs: 3 }
/** Of sign-ins, before the other world has its turn. */
const turn = 10

/** Sign-ins one at a time: of somebody with a session at the OP, from the authorization request to the tokens. */
export async function measureSignIns(bed: SignInBed, effort: Effort): Promise<Line[]> {
  const worlds = { gateway: bed.withGateway, inProcess: bed.inProcess }
  const people = {
    gateway: await meetPerson(worlds.gateway.origin, bed.user.username),
    inProcess: await meetPerson(worlds.inProcess.origin, bed.user.username),
  }
  const signInOften = async (count: number) => {
    const times: Record<keyof typeof people, number[]> = { gateway: [], inProcess: [] }
    for (let done = 0; done < count; done += turn) {
      times.gateway.push(...(await time(people.gateway, turn)))
      times.inProcess.push(...(await time(people.inProcess, turn)))
    }
    return { gateway: median(times.gateway), inProcess: median(times.inProcess) }
  }
  await signInOften(effort.signIns / 2)
  await Promise.all(Object.values(worlds).map((world) => world.countRequests()))

  const before = cpuSeconds(bed.withGateway.gatewayPid)
  const allowed = await signInOften(effort.signIns)
  const cpu = ((cpuSeconds(bed.withGateway.gatewayPid) - before) * 1000) / effort.signIns
  const requests = async (world: StepUpWorld) => (await world.countRequests()) / effort.signIns
  const [ofGateway, ofOp] = [await requests(worlds.gateway), await requests(worlds.inProcess)]

  await bed.delayAuthsignal(slowMs)
  const slow = await signInOften(effort.slowSignIns)
  await bed.delayAuthsignal(0)
  const challenged = await measureChallenges(bed, effort.challenges)
  await Promise.all(Object.values(people).map((person) => person.close()))

  const work = 'allowed sign-in'
  const slowWork = `allowed sign-in, Authsignal at ${slowMs} ms`
  return [
    { work, what: 'in-process, ms', value: allowed.inProcess },
    { work, what: 'gateway, ms', value: allowed.gateway, goal: { atMost: goals.allowedMs } },
    { work, what: 'gateway CPU, ms', value: cpu, goal: { atMost: goals.allowedCpuMs } },
    { work, what: 'in-process, requests at the OP', value: ofOp },
    { work, what: 'gateway, requests at the OP', value: ofGateway },
    { work: slowWork, what: 'in-process, ms', value: slow.inProcess },
    { work: slowWork, what: 'gateway, ms', value: slow.gateway },
    {
      work: slowWork,
      what: 'gateway ÷ in-process, ms',
      value: slow.gateway / slow.inProcess,
      goal: { atMost: goals.slowRatio },
    },
    {
      work: 'challenged sign-in',
      what: 'gateway CPU, ms',
      value: challenged,
      goal: { atMost: goals.challengedCpuMs },
    },
  ]
}

async function time(person: Person, count: number): Promise<number[]> {
  const times: number[] = []
  for (let done = 0; done < count; done++) {
    const begun = performance.now()
    await person.signIn(clients.web2)
    times.push(performance.now() - begun)
  }
  return times
}

/** Milliseconds of the gateway's processor time for one sign-in with a challenge that is passed. */
async function measureChallenges(bed: SignInBed, count: number): Promise<number> {
  const { origin, gatewayPid } = bed.withGateway
  const { username } = bed.user
  const browser = new Browser()
  const visit = { stopBefore: hasArrived }
  const signIn = async (): Promise<void> => {
    const challenge = await browser.navigate(origin + authorizePath(clients.web), visit)
    const done = await browser.submit(challenge, { code: await bed.newCode() }, visit)
    const { location } = done.headers
    if (typeof location !== 'string' || !location.includes('code='))
      throw new Error(`a challenged sign-in ended at ${done.url} with ${done.status}: ${done.text}`)
  }
  const login = await browser.navigate(origin + authorizePath(clients.web2))
  await browser.submit(login, { username, password: username }, { form: '/login', ...visit })
  for (let done = 0; done < count / 2; done++) await signIn()
  const before = cpuSeconds(gatewayPid)
  for (let done = 0; done < count; done++) await signIn()
  const spent = cpuSeconds(gatewayPid) - before
  await browser.close()
  return (spent * 1000) / count
}

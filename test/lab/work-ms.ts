/**
 * What this process computes while something runs, in milliseconds. A gateway that runs in this process is measured
 * whole; other programs on a busy machine are not. What takes quadratic time takes tens of seconds: limits leave room.
 */
export async function workMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * What this process computes while something runs, in milliseconds. The gateway of an attack runs in this process, so
 * that it is measured whole; other programs on a busy machine are not.
 */
export async function workMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

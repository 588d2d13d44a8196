/**
 * The page that leads to a step-up's challenge.
 *
 * @param stepUpId every judgement that asks for a challenge has one, which its type does not say.
 */
export function challengePath(pathPrefix: string, stepUpId: string | undefined): string {
  return `${pathPrefix}/challenge/${stepUpId}`
}

import { type PathReading, readOtherwise, restsBehindScripts, scriptAliases } from '../http/path-readings.ts'
import { remember } from '../http/remembered.ts'
import { loosenPath, parseTarget, type Target } from '../http/target.ts'
import { Refusal } from '../refusal.ts'

/** A path that is guarded for some request methods; with none named for all. */
export interface GuardedPage {
  readonly path: string
  readonly httpMethods: readonly string[]
  readonly policy: { readonly mode: string }
}

/** Finds which page a request is for; undefined if it is for none. */
export type FindPage<Page> = (target: Target, method: string) => Page | undefined

const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const unsafe = ['PUT', 'PATCH', 'DELETE']

/**
 * Prepares the look-up of protected pages, each with all that is below it. A page is found in every spelling that a
 * lenient server could take for it; if several match, the first one applies.
 *
 * @throws {Refusal} from the look-up: `ambiguous_target` where two readings of one path lead to different pages.
 */
export function createFindPage<Page extends GuardedPage>(pages: readonly Page[]): FindPage<Page> {
  const guarded = pages.map((page) => {
    const { loosePath } = parseTarget(page.path)
    const roots = [loosePath, ...scriptAliases(page.path)]
    return { page, roots, rests: restsBehindScripts(page.path) }
  })
  function find(path: string, method: string): Page | undefined {
    const candidates = guarded.filter(({ page }) => covers(page, method))
    const asItIs = { path: loosenPath(path), starts: [0] }
    const readings = [asItIs, /* guard: page-readings */ ...readOtherwise(path)]
    const found = new Set(readings.flatMap((reading) => findAll(candidates, reading)))
    const isProtected = [...found].some(({ policy }) => policy.mode === 'enforce')
    // guard: two-pages
    if (found.size > 1 && isProtected)
      throw new Refusal('ambiguous_target', 'could be read as two protected pages')
    const [page] = found
    return page
  }

  if (guarded.length === 0) return () => undefined
  // A path has no space.
  const foundAt = remember((request) => {
    const [method = '', path = ''] = request.split(' ')
    return { page: find(path, method) }
  })
  return ({ path }, method) => foundAt(`${method} ${path}`).page
}

/** The same on the day on which the pages that are watched are enforced; finds nothing where none is watched. */
export function createFindWatchedPage<Page extends GuardedPage>(pages: readonly Page[]): FindPage<Page> {
  const isAnyWatched = pages.some(({ policy }) => policy.mode !== 'enforce')
  const enforce = (page: Page): Page => ({ ...page, policy: { ...page.policy, mode: 'enforce' } })
  return createFindPage(isAnyWatched ? pages.map(enforce) : [])
}

/**
 * Frameworks take a POST for any other method that its form names, a HEAD for a GET, and what they don't know for
 * anything. A page that is only watched must not stand in front of one that is guarded, and has what it names.
 */
function covers({ httpMethods, policy }: GuardedPage, method: string): boolean {
  if (httpMethods.length === 0 || httpMethods.includes(method)) return true
  if (method === 'HEAD') return /* guard: head-for-get */ httpMethods.includes('GET')
  // guard: watched-page
  if (policy.mode !== 'enforce') return false
  // guard: unknown-methods
  if (!known.includes(method)) return true
  // guard: post-for-others
  return method === 'POST' && unsafe.some((other) => httpMethods.includes(other))
}

/** The first page that fits, for each place at which the path could begin. */
function findAll<Page>(
  candidates: readonly { page: Page; roots: readonly string[]; rests: readonly string[] }[],
  { path, starts }: Pick<PathReading, 'path' | 'starts'>,
): Page[] {
  return starts.flatMap((start) => {
    const first = candidates.find(({ roots, rests }) =>
      (start === 0 ? roots : [...roots, /* guard: page-script-names */ ...rests]).some((root) =>
        isBelow(root, path, start),
      ),
    )
    return first ? [first.page] : []
  })
}

function isBelow(root: string, path: string, start: number): boolean {
  const end = start + root.length
  return path.startsWith(root, start) && (end === path.length || /* guard: below-a-page */ path[end] === '/')
}

/** A server's way from the raw target of a request to the path that it routes by. */
export type PathModel = (path: string) => string

type Step = readonly PathModel[]

const asIs: PathModel = (path) => path

const decode: PathModel = (path) =>
  Buffer.from(
    path.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('latin1')

const foldCase: PathModel = (path) => path.toLowerCase()

/** Tomcat and Jetty: `/a;x=1/b` is `/a/b`. */
const dropParameters: PathModel = (path) => path.replace(/;[^/]*/g, '')
/** Others end the path there. */
const endAtParameters: PathModel = (path) => path.split(';', 1).join('')

const slashes: PathModel = (path) => path.replaceAll('\\', '/').replace(/\/{2,}/g, '/')

/** RFC 3986 5.2.4, done by hand. */
const resolveDots: PathModel = (path) => {
  const kept: string[] = []
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

/** IIS and Windows drop them, routers the slash. */
const trimEnds: PathModel = (path) => path.replace(/[. /]+$/, '') || '/'

const endAtNul: PathModel = (path) => path.split('\0', 1).join('')

const steps: readonly Step[] = [
  [asIs, dropParameters, endAtParameters],
  [asIs, decode, (path) => decode(decode(path))],
  [asIs, endAtNul],
  [asIs, dropParameters],
  [asIs, slashes],
  [asIs, resolveDots],
  [asIs, trimEnds],
  [asIs, foldCase],
]

/** Every combination of one way at each step. */
export const servers: readonly PathModel[] = steps.reduce<PathModel[]>(
  (models, step) =>
    models.flatMap((model) =>
      step.map(
        (next): PathModel =>
          (path) =>
            next(model(path)),
      ),
    ),
  [asIs],
)

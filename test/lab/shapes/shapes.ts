import { APP_SHAPES } from './app-shapes.ts'
import { SPA_ERRORS_SHAPE } from './errors-shape.ts'
import { describeLogoutShape, PAIRWISE_SHAPE, PERSON_SHAPES } from './person-shapes.ts'
import { REQUEST_SHAPES } from './request-shapes.ts'
import type { Shape } from './shape.ts'
import { TOKEN_SHAPES } from './token-shapes.ts'

/** All of them. @param logoutUri where an RP of the lab hears of logouts */
export function listShapes(logoutUri: string): readonly Shape[] {
  return [
    ...REQUEST_SHAPES,
    ...TOKEN_SHAPES,
    SPA_ERRORS_SHAPE,
    ...APP_SHAPES,
    ...PERSON_SHAPES,
    describeLogoutShape(logoutUri),
    PAIRWISE_SHAPE,
  ]
}

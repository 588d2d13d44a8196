import t from 'tap'
import { missing } from './server.ts'

if (missing !== undefined && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)

/** Why the tests of a store on a server can't run here; false if they can. */
export const skip: string | false = missing ?? false

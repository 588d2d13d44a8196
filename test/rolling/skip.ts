import t from 'tap'
import { missing } from '../lab/haproxy.ts'
import { skip as noServer } from '../lab/redis/skip.ts'

if (missing !== undefined && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)

/** Why gateways behind a balancer, on one store, can't be tried here; false if they can. */
export const skip: string | false = noServer || (missing ?? false)

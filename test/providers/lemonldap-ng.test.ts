import { lemonldapKit } from '../lab/providers/lemonldap-ng/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(lemonldapKit)

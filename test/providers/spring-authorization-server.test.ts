import { springKit } from '../lab/providers/spring-authorization-server/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(springKit)

import { glewlwydKit } from '../lab/providers/glewlwyd/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(glewlwydKit)

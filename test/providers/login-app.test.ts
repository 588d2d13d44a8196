import { loginAppKit } from '../lab/providers/login-app/kit.ts'
import { runMatrix } from './matrix.ts'

runMatrix(loginAppKit)

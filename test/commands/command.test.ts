import t from 'tap'
import { parseConfigOption, refuseArguments, UsageError } from '../../src/commands/command.ts'

t.equal(parseConfigOption(['--config', 'a.yaml']), 'a.yaml')
t.equal(parseConfigOption(['--config=a.yaml']), 'a.yaml')
const bad = [
  [],
  ['--config'],
  ['--config', ''],
  ['a.yaml'],
  ['--config', 'a', 'b'],
  ['--conf', 'a'],
  ['--config', '-x'],
]
for (const args of bad) t.throws(() => parseConfigOption(args), UsageError, args.join(' '))

t.doesNotThrow(() => refuseArguments([]))
t.throws(() => refuseArguments(['--config']), UsageError)

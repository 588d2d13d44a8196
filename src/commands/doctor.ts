import { parseArgs } from 'node:util'
import { loadConfig } from '../config/load.ts'
import { openDialog } from '../doctor/dialog.ts'
import { examineAll } from '../doctor/examination.ts'
import { examinations } from '../doctor/examinations.ts'
import { countWrong, printReport, printReportAsJson } from '../doctor/print-reports.ts'
import { openSetting } from '../doctor/setting.ts'
import { createPages } from '../pages/pages.ts'
import { type CommandContext, UsageError } from './command.ts'

/**
 * `doctor --config FILE [--sign-in] [--track] [--json]`: examines the live OP, Authsignal and the way between, one line
 * a finding. Exit code 1 if something is wrong.
 */
export async function doctor({ args, env, stdin, stdout, stderr, stop }: CommandContext): Promise<number> {
  const { config: file, ...options } = parseDoctorOptions(args)
  const config = loadConfig(file, env)
  // Proves the logo and the templates, as a start would.
  createPages(config.pages)
  const dialog = options['sign-in'] ? openDialog(stdin, stderr) : undefined
  const setting = openSetting(config, env, { track: options.track, dialog })
  const print = options.json ? printReportAsJson : printReport
  let wrong = 0
  try {
    for await (const report of examineAll(examinations, setting, stop)) {
      wrong += countWrong(report)
      for (const line of print(report)) stdout.write(`${line}\n`)
    }
  } finally {
    dialog?.close()
    await setting.close()
  }
  if (stop.aborted) stderr.write('stopped before the end\n')
  else if (!options.json) stdout.write(wrong === 0 ? 'nothing is wrong\n' : `${wrong} wrong\n`)
  return wrong === 0 && !stop.aborted ? 0 : 1
}

function parseDoctorOptions(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const
  const options = {
    config: { type: 'string', default: '' },
    'sign-in': flag,
    track: flag,
    json: flag,
  } as const
  try {
    const { values } = parseArgs({ args: [...args], options })
    if (values.config !== '') return values
  } catch (cause) {
    throw new UsageError('expected --config FILE, --sign-in, --track and --json only', { cause })
  }
  throw new UsageError('--config FILE is missing')
}

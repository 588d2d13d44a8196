import { join } from 'node:path'
import { z } from 'zod'
import type { Problem } from '../../config/config-error.ts'
import { createFiles } from '../../config/files.ts'
import { findPackageFolder } from '../../config/package-folder.ts'
import { explainIssue } from '../../config/yaml/explain-issue.ts'
import { arrangeLayers, isFaulty, sortProblems, toProblem } from '../../config/yaml/layers.ts'
import { readSource } from '../../config/yaml/yaml-source.ts'
import type { Rule } from '../model/types.ts'
import { rulesSchema, toRule } from './rules-schema.ts'

/** The file that a rehearsal takes if it is given none. */
export function findUsualRules(from: string = import.meta.dirname): string {
  return join(findPackageFolder('rehearsal', 'rules.yaml', from), 'rules.yaml')
}

/** Reads a rules file, YAML or JSON: its rules, or every problem found. It can't read the environment. */
export function readRules(file: string): { rules: readonly Rule[] } | { problems: readonly Problem[] } {
  const source = readSource(file, { env: {}, files: createFiles() })
  const layers = arrangeLayers([{ prefix: [], source }])
  const parsed = rulesSchema.safeParse(source.value)
  if (parsed.success && source.problems.length === 0) return { rules: parsed.data.rules.map(toRule) }
  if (!source.isReadable || parsed.success) return { problems: source.problems }
  const schema = z.toJSONSchema(rulesSchema, { io: 'input', target: 'draft-07' })
  const explained = parsed.error.issues
    .flatMap((issue) => explainIssue(issue, source.value, schema))
    .filter(({ path }) => !isFaulty(layers, path))
    .map(({ path, part, fault }) => toProblem(layers, path, part, fault))
  return { problems: sortProblems(layers, [...source.problems, ...explained]) }
}

/** Rules that can change while a rehearsal runs. */
export interface RulesFile {
  readonly file: string
  /** What is wrong with the file as it is now; the rules are those of the last time that nothing was. */
  readonly problems: readonly Problem[]
  readonly rules: readonly Rule[]
  /** Reads the file again. */
  refresh(): void
}

/** @param rules what the file held when the rehearsal began. */
export function watchRulesFile(file: string, rules: readonly Rule[]): RulesFile {
  const state: { rules: readonly Rule[]; problems: readonly Problem[] } = { rules, problems: [] }
  return {
    file,
    get rules() {
      return state.rules
    },
    get problems() {
      return state.problems
    },
    refresh() {
      Object.assign(state, { problems: [] }, readRules(file))
    },
  }
}

import { createFiles } from '../../src/config/files.ts'
import { readPages } from '../../src/config/read-pages.ts'
import type { Config } from '../../src/config/schema/schema.ts'

/** What `pages` is once the files are read that it names by absolute paths. */
export const ownFiles = (paths: { logo?: string; templates?: string }): Config['pages'] =>
  readPages(paths, '/', createFiles())

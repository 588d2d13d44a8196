import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { PLUGIN } from './settings.ts'

/** The tables of Debian's package, with its administrator. */
export const TABLES = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'

/** What is known of a folder before Glewlwyd starts in it. */
export interface FolderOptions {
  readonly folder: string
  readonly publicUrl: string
  readonly port: number
  /** Usernames with their `sub`: left alone, Glewlwyd makes one up at the first sign-in. */
  readonly subjects: Readonly<Record<string, string>>
}

/** Writes its configuration, and its database with the tables. @returns the configuration file */
export async function writeFolder(options: FolderOptions): Promise<string> {
  const database = join(options.folder, 'glewlwyd.sqlite3')
  const rows = Object.entries(options.subjects).map(
    ([name, sub]) =>
      `INSERT INTO gpo_subject_identifier (gposi_plugin_name, gposi_username, gposi_sub) VALUES ('${PLUGIN}', '${name}', '${sub}');`,
  )
  const script = join(options.folder, 'tables.sql')
  // It takes a second to sync each table to the disk, and nothing here has to outlive a crash.
  const sql = gunzipSync(await readFile(TABLES)).toString('utf8')
  await writeFile(script, `PRAGMA synchronous = OFF; BEGIN; ${sql} ${rows.join(' ')} COMMIT;`)
  await promisify(execFile)('sqlite3', [database, `.read ${script}`])
  const file = join(options.folder, 'glewlwyd.conf')
  await writeFile(file, describeServer(options, database))
  return file
}

/** As Debian's, but for addresses and files, and for plain http. */
function describeServer({ publicUrl, port }: FolderOptions, database: string): string {
  return `port = ${port}
bind_address = "127.0.0.1"
external_url = "${publicUrl}"
login_url = "login.html"
api_prefix = "api"
log_mode = "console"
log_level = "WARNING"
cookie_secure = 0
session_key = "GLEWLWYD2_SESSION_ID"
session_expiration = 2419200
admin_scope = "g_admin"
profile_scope = "g_profile"
hash_algorithm = "SHA512"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
static_files_path = "/usr/share/glewlwyd/webapp/"
static_files_mime_types = (
  { extension = ".html"; mime_type = "text/html"; },
  { extension = ".css"; mime_type = "text/css"; },
  { extension = ".js"; mime_type = "application/javascript"; },
  { extension = ".json"; mime_type = "application/json"; }
)
use_secure_connection = false
# It wants to be told of these files even so.
secure_connection_key_file = "none"
secure_connection_pem_file = "none"
secure_connection_ca_file = "none"
database = { type = "sqlite3"; path = "${database}"; };
`
}

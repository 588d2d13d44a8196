import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProviderSetup } from '../kit.ts'
import { describeConfiguration } from './configuration.ts'
import type { Folders } from './folders.ts'

const portal = '/usr/share/lemonldap-ng/portal'

/** The files that the two programs are started with. */
export interface Files {
  /** Read through LLNG_DEFAULTCONFFILE. */
  readonly ini: string
  readonly nginx: string
  /** The FastCGI socket between the two. */
  readonly socket: string
  readonly psgi: string
}

/** Where Debian keeps the portal, as a PSGI application. */
export const portalApplication = `${portal}/htdocs/index.psgi`

export async function writeFiles(setup: ProviderSetup, folders: Folders): Promise<Files> {
  const files = {
    ini: join(folders.root, 'lemonldap-ng.ini'),
    nginx: join(folders.nginx, 'nginx.conf'),
    socket: join(folders.root, 'portal.sock'),
    psgi: portalApplication,
  }
  const configuration = JSON.stringify(describeConfiguration(setup, folders), null, 2)
  await writeFile(join(folders.configuration, 'lmConf-1.json'), configuration)
  await writeFile(files.ini, describeIni(folders))
  await writeFile(files.nginx, describeNginx(setup, folders, files.socket))
  return files
}

function describeIni(folders: Folders): string {
  return `[all]
logLevel = notice

[configuration]
type = File
dirName = ${folders.configuration}
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'lemonldap-ng-config', 'default_expires_in' => 600, 'cache_root' => '${folders.cache}', 'cache_depth' => 3 }

[portal]
staticPrefix = /static
templateDir = ${portal}/templates
languages = en
`
}

/**
 * nginx as Debian's portal-nginx.conf has it: every path but static files goes to the portal, and a path that names
 * index.psgi goes there as it is. The portal is told the host without its port.
 */
function describeNginx({ port, publicUrl }: ProviderSetup, folders: Folders, socket: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${folders.nginx}/${kind};`,
  )
  // Its workers would otherwise leave root's rights, and with them the way to the socket in the scratch folder.
  const user = process.getuid?.() === 0 ? 'user root;\n' : ''
  return `${user}daemon off;
worker_processes 1;
pid ${folders.nginx}/nginx.pid;
error_log ${folders.nginx}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  include /etc/nginx/mime.types;
${temporary.join('\n')}
  server {
    listen 127.0.0.1:${port};
    server_name ${new URL(publicUrl).hostname};
    root ${portal}/htdocs;
    if ($uri !~ ^/((static|javascript|favicon).*|.*\\.psgi)) {
      rewrite ^/(.*)$ /index.psgi/$1 break;
    }
    location ~ ^(?<sc>/.*\\.psgi)(?:$|/) {
      include /etc/nginx/fastcgi_params;
      fastcgi_pass unix:${socket};
      fastcgi_param HTTP_HOST $host;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_split_path_info ^(.*\\.psgi)(/.*)$;
      fastcgi_param PATH_INFO $fastcgi_path_info;
    }
    location / { try_files $uri $uri/ =404; }
    location /static/ { alias ${portal}/htdocs/static/; }
    location /javascript/ { alias /usr/share/javascript/; }
  }
}
`
}

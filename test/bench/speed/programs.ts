import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A proxy that is no part of the project, as Debian installs it. None of them writes a line for each request. */
export interface Program {
  readonly name: string
  /** What it needs, of which all must be there. */
  readonly files: readonly string[]
  /** Writes its configuration. @returns the words to start it with. */
  configure(folder: string, port: number, opPort: number): Promise<string[]>
}

const nginx: Program = {
  name: 'nginx',
  files: [process.env['NGINX_PATH'] ?? '/usr/sbin/nginx'],
  async configure(folder, port, opPort) {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const file = await writeConfiguration(
      folder,
      'nginx.conf',
      `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 10000000;
  ${temporary.map((name) => `${name}_temp_path ${folder}/nginx-${name};`).join(' ')}
  upstream op { server 127.0.0.1:${opPort}; keepalive 128; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://op;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_max_temp_file_size 0;
    }
  }
}
`,
    )
    return ['-c', file, '-p', folder]
  },
}

const haproxy: Program = {
  name: 'haproxy',
  files: [process.env['HAPROXY_PATH'] ?? '/usr/sbin/haproxy'],
  async configure(folder, port, opPort) {
    const file = await writeConfiguration(
      folder,
      'haproxy.cfg',
      `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend public
  bind 127.0.0.1:${port}
  default_backend op
backend op
  http-reuse always
  server op 127.0.0.1:${opPort}
`,
    )
    return ['-db', '-f', file]
  },
}

const modules = '/usr/lib/apache2/modules'

/** It looks for its session in each request, and lets through who has none. */
const modAuthOpenidc: Program = {
  name: 'apache mod_auth_openidc',
  files: [process.env['APACHE_PATH'] ?? '/usr/sbin/apache2', `${modules}/mod_auth_openidc.so`],
  async configure(folder, port, opPort) {
    const cache = join(folder, 'apache-cache')
    await chmod(folder, 0o755)
    await mkdir(cache, { mode: 0o777 })
    await chmod(cache, 0o777)
    const names = [
      'mpm_event',
      'authn_core',
      'authz_core',
      'authz_user',
      'proxy',
      'proxy_http',
      'auth_openidc',
    ]
    const file = await writeConfiguration(
      folder,
      'apache2.conf',
      `ServerRoot "${folder}"
ServerName localhost
Listen 127.0.0.1:${port}
PidFile "${folder}/apache2.pid"
DefaultRuntimeDir "${folder}"
ErrorLog "${folder}/apache2.log"
${names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join('\n')}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MaxKeepAliveRequests 0
KeepAliveTimeout 60
OIDCProviderMetadataURL http://127.0.0.1:${opPort}/.well-known/openid-configuration
OIDCClientID apache
OIDCClientSecret a-secret-of-the-benchmark
OIDCRedirectURI /signed-in
OIDCCryptoPassphrase a-passphrase-of-the-benchmark
OIDCCacheType file
OIDCCacheDir "${cache}"
<Location />
  AuthType openid-connect
  OIDCUnAuthAction pass
  Require valid-user
</Location>
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:${opPort}/ keepalive=On
`,
    )
    return ['-f', file, '-D', 'FOREGROUND']
  },
}

async function writeConfiguration(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text, { mode: 0o644 })
  return file
}

const all = [nginx, haproxy, modAuthOpenidc]

export const isInstalled = ({ files }: Program): boolean => files.every((file) => existsSync(file))

export const installed: readonly Program[] = all.filter(isInstalled)

/** Why some are not compared. */
export const missing: readonly string[] = all
  .filter((program) => !isInstalled(program))
  .map(({ name, files }) => `${name} is left out: no ${files.find((file) => !existsSync(file))}`)

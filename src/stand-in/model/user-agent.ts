import type { ParsedUserAgent } from './types.ts'

const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg\/((\d+)[\d.]*)/],
  ['Firefox', /\bFirefox\/((\d+)[\d.]*)/],
  ['Chrome', /\b(?:Headless)?Chrome\/((\d+)[\d.]*)/],
  ['Safari', /\bVersion\/((\d+)[\d.]*).*\bSafari\//],
]

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Android', /\bAndroid ([\d.]+)/],
  ['iOS', /\b(?:iPhone|CPU) OS ([\d_]+)/],
  ['Windows', /\bWindows NT ([\d.]+)/],
  ['Mac OS', /\bMac OS X ([\d_.]+)/],
  ['Linux', /\bLinux()/],
]

/** Browser and system of a `User-Agent` header; what is not recognised is left out. */
export function parseUserAgent(ua: string): ParsedUserAgent {
  const browser = firstMatch(browsers, ua)
  const os = firstMatch(systems, ua)
  return {
    ua,
    ...(browser && { browser: { name: browser.name, version: browser.version, major: browser.major } }),
    ...(os && { os: { name: os.name, version: os.version.replaceAll('_', '.') } }),
  }
}

/** What a passkey that was made there is called. */
export function nameOf({ browser, os }: ParsedUserAgent): string {
  return [browser?.name, os?.name].filter((name) => name !== undefined).join(' on ') || 'Passkey'
}

function firstMatch(table: readonly (readonly [name: string, pattern: RegExp])[], ua: string) {
  for (const [name, pattern] of table) {
    const match = pattern.exec(ua)
    if (match !== null) return { name, version: String(match[1]), major: match[2] ?? '' }
  }
  return undefined
}

import { contrastOf, grounds, leastContrast } from '../config/schema/contrast.ts'
import type { Config } from '../config/schema/schema.ts'

/** The colours of links, buttons and button labels, on both backgrounds. */
export interface Accents {
  readonly light: readonly [accent: string, onAccent: string]
  readonly dark: readonly [accent: string, onAccent: string]
}

/**
 * The configured colours, which are readable on their backgrounds. If there is only a light one, the dark one is
 * derived from it.
 */
export function chooseAccents({ accent, accentDark }: Config['pages']): Accents {
  const dark = accentDark ?? (accent === undefined ? '#8ab4f8' : lighten(accent))
  const light = accent ?? '#0b57d0'
  return { light: [light, writeOn(light)], dark: [dark, writeOn(dark)] }
}

function writeOn(color: string): string {
  return contrastOf('#ffffff', color) >= contrastOf('#000000', color) ? '#ffffff' : '#000000'
}

/** Mixes a colour with white until it is readable on the dark background. */
function lighten(color: string): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  for (let part = 0; ; part += 0.05) {
    const mixed = channels.map((channel) => Math.round(channel + (255 - channel) * part))
    const written = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
    if (contrastOf(written, grounds.dark) >= leastContrast) return written
  }
}

/** Bars side by side for one kind of request. */
export interface Group {
  readonly name: string
  readonly bars: readonly { readonly name: string; readonly value: number; readonly goal?: number }[]
}

const [left, barHeight, gap, plotWidth] = [190, 14, 22, 520]
const colours = ['#94a3b8', '#0f766e', '#a04a00', '#155e75', '#86198f', '#4d7c0f', '#b91c1c']

const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/**
 * A chart of its own, with no script and no style sheet. A bar is as long as its value, a black line is its goal, a thin line
 * is 1; what is longer than the chart ends at its edge.
 */
export function drawBars(title: string, groups: readonly Group[]): string {
  const most = 3
  const scale = (value: number): number => (Math.min(value, most) / most) * plotWidth
  let y = 40
  const parts = groups.flatMap(({ name, bars }) => {
    const heading = `<text x="${left}" y="${y + 10}" font-weight="bold">${escapeText(name)}</text>`
    y += gap - 4
    const drawn = bars.map((bar, index) => {
      const at = y
      y += barHeight
      const colour = colours[index % colours.length]
      const goal =
        bar.goal === undefined
          ? ''
          : `<rect x="${(left + scale(bar.goal)).toFixed(1)}" y="${at - 2}" width="2" height="${barHeight + 2}"/>`
      return `<text x="${left - 8}" y="${at + 10}" text-anchor="end">${escapeText(bar.name)}</text>
<rect x="${left}" y="${at}" width="${scale(bar.value).toFixed(1)}" height="${barHeight - 2}" fill="${colour}"/>
<text x="${(left + scale(bar.value) + 6).toFixed(1)}" y="${at + 10}">${bar.value.toFixed(2)}</text>${goal}`
    })
    y += gap - barHeight
    return [heading, ...drawn]
  })
  const one = left + scale(1)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + plotWidth + 60} ${y}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="22" font-size="15">${escapeText(title)}</text>
<line x1="${one}" x2="${one}" y1="34" y2="${y - 8}" stroke="#cbd5e1"/>
${parts.join('\n')}
</svg>
`
}

/** A cell; numbers stand at the right of their column. */
export type Cell = string | { readonly right: string }

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.right)

/** Rows of cells as lines, with columns as wide as what is in them. */
export function alignColumns(rows: readonly (readonly Cell[])[], indent = ''): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => textOf(row[column] ?? '').length)),
  )
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = Number(widths[column])
      return typeof cell === 'string' ? cell.padEnd(width) : cell.right.padStart(width)
    })
    return `${indent}${cells.join('  ')}`.trimEnd()
  })
}

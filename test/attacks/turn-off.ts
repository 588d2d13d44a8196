import ts from 'typescript'

/** A guard as the source marks it: `guard: name` in a comment right before it. */
export interface Marker {
  readonly name: string
  /** Where the comment begins, and where it ends. */
  readonly pos: number
  readonly end: number
}

/** A change to a text: what stands between two places is replaced. */
interface Change {
  readonly from: number
  readonly to: number
  readonly text: string
}

const marker = /\/\/ guard: ([a-z0-9-]+)$|\/\* guard: ([a-z0-9-]+) \*\//gm

/** All markers of a source text, in its order. */
export function findMarkers(text: string): Marker[] {
  return [...text.matchAll(marker)].map(({ 0: comment, 1: line, 2: block, index }) => ({
    name: line ?? block ?? '',
    pos: index,
    end: index + comment.length,
  }))
}

/**
 * The source text without one guard. What stands behind the marker decides how it is turned off:
 *
 * - an `if`, or the condition of `? :`: never holds;
 * - an operand of `&&` or `||`: the other operands decide;
 * - a statement, an element, an argument, a property, a call in a chain: is not there;
 * - an `await` that is a statement, where the marker stands in its line: is not waited for;
 * - with `off`: the value that is returned, assigned, passed or computed is `off`. A function returns it at once.
 *
 * A marker on a line of its own means the largest of these that begins there, one in a line the smallest.
 *
 * @param off a short expression.
 * @throws if no guard stands there that can be turned off this way.
 */
export function turnOff(text: string, { name, pos, end }: Marker, off?: string): string {
  const source = ts.createSourceFile('guard.ts', text, ts.ScriptTarget.Latest, true)
  const isAlone = text.startsWith('//', pos)
  const change = findChange(source, end, isAlone, off)
  if (change === undefined) throw new Error(`nothing behind the marker ${name} can be turned off`)
  return text.slice(0, change.from) + change.text + text.slice(change.to)
}

function findChange(
  source: ts.SourceFile,
  end: number,
  isAlone: boolean,
  off: string | undefined,
): Change | undefined {
  const start = skipTrivia(source.text, end)
  const nodes = nodesAt(source, start)
  if (/^\.(?!\.)/.test(source.text.slice(start))) return dropCall(source, start)
  const changes = nodes.flatMap((node) => changeOf(node, source, off) ?? [])
  return isAlone ? changes[0] : changes.at(-1)
}

/** Where the next token begins. */
function skipTrivia(text: string, from: number): number {
  const [trivia = ''] = /^(?:\s|\/\/.*|\/\*.*?\*\/)*/.exec(text.slice(from)) ?? []
  return from + trivia.length
}

/** All nodes that begin at one place, the largest first. */
function nodesAt(source: ts.SourceFile, start: number): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) === start && !ts.isSourceFile(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** A call in a chain: what it is called on stands alone. */
function dropCall(source: ts.SourceFile, dot: number): Change | undefined {
  let change: Change | undefined
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && skipTrivia(source.text, node.expression.end) === dot) {
      change = { from: node.expression.end, to: node.parent.end, text: '' }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return change
}

function changeOf(node: ts.Node, source: ts.SourceFile, off: string | undefined): Change | undefined {
  const { parent } = node
  const replace = (old: ts.Node, text: string): Change => ({ from: old.getStart(source), to: old.end, text })
  const value = off ?? ''

  if (ts.isIfStatement(node)) return replace(node.expression, off ?? 'false')
  if (ts.isFunctionDeclaration(node)) return node.body && replace(node.body, `{ return ${value} }`)
  if (ts.isReturnStatement(node)) return off === undefined ? undefined : replace(node, `return ${off}`)
  if (ts.isVariableStatement(node)) {
    const [{ initializer } = { initializer: undefined }] = node.declarationList.declarations
    return initializer && off !== undefined ? replace(initializer, off) : undefined
  }
  if (ts.isStatement(node)) return replace(node, off ?? ';')
  if (ts.isAwaitExpression(node) && ts.isExpressionStatement(parent))
    return { from: node.getStart(source), to: node.expression.getStart(source), text: 'void ' }
  if (ts.isPropertyAssignment(node))
    return off === undefined ? drop(node, source) : replace(node.initializer, off)
  if (ts.isShorthandPropertyAssignment(node) || ts.isSpreadAssignment(node)) return drop(node, source)
  if (isOperand(node)) return replace(node, off ?? (isConjunction(parent) ? 'true' : 'false'))
  if (ts.isConditionalExpression(parent) && parent.condition === node) return replace(node, off ?? 'false')
  if (siblingsOf(node)?.includes(node)) return off === undefined ? drop(node, source) : replace(node, off)
  if (off !== undefined && isValue(node)) return replace(node, off)
  return undefined
}

const isConjunction = (node: ts.Node): boolean =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken

function isOperand({ parent }: ts.Node): boolean {
  return (
    ts.isBinaryExpression(parent) &&
    (isConjunction(parent) || parent.operatorToken.kind === ts.SyntaxKind.BarBarToken)
  )
}

/** The elements or arguments among which a node stands. */
function siblingsOf({ parent }: ts.Node): ts.NodeArray<ts.Node> | undefined {
  if (ts.isArrayLiteralExpression(parent)) return parent.elements
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.arguments
  if (ts.isObjectLiteralExpression(parent)) return parent.properties
  return undefined
}

const takesRight = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.QuestionQuestionToken ||
  (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment)

/** What is computed on the right of something, or by an arrow function. */
function isValue(node: ts.Node): boolean {
  const { parent } = node
  return (
    ts.isArrowFunction(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isElementAccessExpression(parent) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === node) ||
    (ts.isBinaryExpression(parent) && parent.right === node && takesRight(parent.operatorToken.kind))
  )
}

/** An element goes with the comma that follows it, or with the one before. */
function drop(node: ts.Node, source: ts.SourceFile): Change {
  const { text } = source
  const next = skipTrivia(text, node.end)
  return { from: node.getStart(source), to: text[next] === ',' ? next + 1 : node.end, text: '' }
}

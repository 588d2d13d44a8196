import { type DefaultTreeAdapterTypes as Dom, defaultTreeAdapter, html, Parser } from 'parse5'
import type { WorkBudget } from './work-budget.ts'

export type HtmlElement = Dom.Element

/** A page as a browser builds it, before any script of it ran. */
export interface HtmlPage {
  /** In tree order, without what templates hold. */
  readonly elements: readonly HtmlElement[]
  /** What declarative shadow roots hold; not every browser shows them. */
  readonly shadowRoots: readonly (readonly HtmlElement[])[]
  /** The form that was open when the parser made the element; tables part a form from its own fields. */
  readonly parserOwners: ReadonlyMap<HtmlElement, HtmlElement>
}

/** In characters: as much as is parsed in one turn. */
const sliceLength = 2048

/**
 * Parses a page by the rules of browsers (WHATWG HTML 13.2), part by part: others have their turns in between.
 *
 * @param hasScripting a browser that runs scripts takes the content of `noscript` for text.
 * @param budget pays for every element; few bytes can make many (WHATWG HTML 13.2.4.3).
 * @throws {OutOfWork}
 */
export async function parseHtmlPage(
  text: string,
  hasScripting: boolean,
  budget: WorkBudget,
): Promise<HtmlPage> {
  const parserOwners = new Map<HtmlElement, HtmlElement>()
  const parser = new Parser<Dom.DefaultTreeAdapterMap>({
    scriptingEnabled: hasScripting,
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement(...parts) {
        budget.spend()
        return defaultTreeAdapter.createElement(...parts)
      },
      onElementCreated(element, { formElement, isInTemplate }) {
        if (formElement && !isInTemplate) parserOwners.set(element, formElement)
      },
    },
  })
  for (let at = 0, isLast = false; !isLast; at += sliceLength) {
    isLast = at + sliceLength >= text.length
    parser.tokenizer.write(text.slice(at, at + sliceLength), isLast)
    await budget.endTurn()
  }
  const elements = await listElements(parser.document, budget)
  return { elements, shadowRoots: await listShadowRoots(elements, budget), parserOwners }
}

async function listElements(root: Dom.ParentNode, budget: WorkBudget): Promise<HtmlElement[]> {
  const elements: HtmlElement[] = []
  await budget.forEach(walk(root), (node) => {
    budget.spend()
    if ('tagName' in node) elements.push(node)
  })
  return elements
}

/** In tree order. */
function* walk(root: Dom.ParentNode): Generator<Dom.Node> {
  const pending: Dom.Node[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) pending.push(child)
  }
}

/** A shadow root may hold templates with further ones. */
async function listShadowRoots(
  elements: readonly HtmlElement[],
  budget: WorkBudget,
): Promise<HtmlElement[][]> {
  const roots: HtmlElement[][] = []
  const pending = [elements]
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    const hosts: Dom.Template[] = []
    await budget.forEach(list, (element) => {
      const isRoot = 'content' in element && attributeOf(element, 'shadowrootmode') !== undefined
      if (isRoot) hosts.push(element as Dom.Template)
    })
    for (const { content } of hosts) {
      const root = await listElements(content, budget)
      roots.push(root)
      pending.push(root)
    }
  }
  return roots
}

/** Whether it is this element of HTML: SVG has others of the same names. */
export function isHtmlElement(element: HtmlElement, tagName: string): boolean {
  return element.tagName === tagName && element.namespaceURI === html.NS.HTML
}

/** The value of an attribute; of two with one name browsers know the first only. */
export function attributeOf(element: HtmlElement | undefined, name: string): string | undefined {
  return element?.attrs.find((attribute) => attribute.name === name)?.value
}

/** The text directly in an element. */
export function textOf({ childNodes }: HtmlElement): string {
  return childNodes.map((node) => ('value' in node ? node.value : '')).join('')
}

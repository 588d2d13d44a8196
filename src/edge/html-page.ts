import { type DefaultTreeAdapterTypes as Dom, defaultTreeAdapter, html, parse } from 'parse5'
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

/**
 * Parses a page by the rules of browsers (WHATWG HTML 13.2).
 *
 * @param hasScripting a browser that runs scripts takes the content of `noscript` for text.
 * @param budget pays for every element; few bytes can make many (WHATWG HTML 13.2.4.3).
 * @throws {OutOfWork}
 */
export function parseHtmlPage(text: string, hasScripting: boolean, budget: WorkBudget): HtmlPage {
  const parserOwners = new Map<HtmlElement, HtmlElement>()
  const document = parse(text, {
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
  const elements = listElements(document, budget)
  return { elements, shadowRoots: listShadowRoots(elements, budget), parserOwners }
}

function listElements(root: Dom.ParentNode, budget: WorkBudget): HtmlElement[] {
  const elements: HtmlElement[] = []
  const pending: Dom.Node[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    budget.spend()
    if ('tagName' in node) elements.push(node)
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) pending.push(child)
  }
  return elements
}

/** A shadow root may hold templates with further ones. */
function listShadowRoots(elements: readonly HtmlElement[], budget: WorkBudget): HtmlElement[][] {
  const roots: HtmlElement[][] = []
  const pending = [elements]
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    for (const element of list) {
      if (!('content' in element) || attributeOf(element, 'shadowrootmode') === undefined) continue
      const root = listElements(element.content as Dom.DocumentFragment, budget)
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

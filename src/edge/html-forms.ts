import { attributeOf, type HtmlElement, type HtmlPage, isHtmlElement, textOf } from './html-page.ts'

/** A field that a form may submit. */
export interface FormField {
  readonly name: string
  readonly value: string
  /** A person fills it in or chooses it. */
  readonly isTyped: boolean
}

/** A form, as a browser might submit it by any of its buttons. */
export interface HtmlForm {
  /** Absolute URLs: its action, and where a button leads elsewhere. */
  readonly targets: readonly URL[]
  /** Lower case; more than one where a button has its own. */
  readonly methods: ReadonlySet<string>
  readonly fields: readonly FormField[]
}

const controlTags = ['input', 'button', 'textarea', 'select']

/** Input types that show no field to write or choose in. */
const untypedInputs: ReadonlySet<string> = new Set(['hidden', 'submit', 'image', 'button', 'reset'])

/**
 * Lists the forms of a page, or of a shadow root in it, with the fields that they own wherever those stand
 * (WHATWG HTML 4.10.17.3, 4.10.21). Disabled fields and buttons that nobody presses count too: a script may enable the
 * one and press the other.
 *
 * @param url the page's own.
 */
export function listForms(
  elements: readonly HtmlElement[],
  { parserOwners }: Pick<HtmlPage, 'parserOwners'>,
  url: string,
): HtmlForm[] {
  const bases = findBases(elements, url)
  const controlsOf = new Map<HtmlElement, HtmlElement[]>()
  const optionsOf = new Map<unknown, HtmlElement[]>()
  const byId = new Map<string, HtmlElement>()
  for (const element of elements) {
    const id = attributeOf(element, 'id')
    if (id !== undefined && !byId.has(id)) byId.set(id, element)
    if (isHtmlElement(element, 'form')) controlsOf.set(element, [])
    if (isHtmlElement(element, 'option')) addOption(optionsOf, element)
  }
  const enclosing = new Map<unknown, HtmlElement>()
  for (const element of elements) {
    const parent = element.parentNode
    const around = controlsOf.has(parent as HtmlElement) ? (parent as HtmlElement) : enclosing.get(parent)
    if (around) enclosing.set(element, around)
    if (!controlTags.some((tagName) => isHtmlElement(element, tagName))) continue
    const id = attributeOf(element, 'form')
    const owner = id === undefined ? (parserOwners.get(element) ?? around) : byId.get(id)
    if (owner) controlsOf.get(owner)?.push(element)
  }
  return [...controlsOf].map(([form, controls]) => ({
    targets: readTargets(form, controls, bases, url),
    methods: readMethods(form, controls),
    fields: controls.flatMap((control) => readFields(control, optionsOf.get(control) ?? [])),
  }))
}

/** Options stand in their select, or in a group of it. */
function addOption(optionsOf: Map<unknown, HtmlElement[]>, option: HtmlElement): void {
  const { parentNode } = option
  const isGrouped = parentNode?.nodeName === 'optgroup' && 'parentNode' in parentNode
  const select = isGrouped ? parentNode.parentNode : parentNode
  const options = optionsOf.get(select)
  if (options) options.push(option)
  else optionsOf.set(select, [option])
}

/** A form may be submitted before its page is read to the end: a base that comes after it may count, or not yet. */
function findBases(elements: readonly HtmlElement[], url: string): string[] {
  const isBase = (element: HtmlElement): boolean =>
    isHtmlElement(element, 'base') && attributeOf(element, 'href') !== undefined
  const index = elements.findIndex(isBase)
  const href = attributeOf(elements[index], 'href')
  if (href === undefined || !URL.canParse(href, url)) return [url]
  const base = new URL(href, url)
  if (base.protocol === 'data:' || base.protocol === 'javascript:') return [url]
  const isLate = elements.slice(0, index).some((element) => isHtmlElement(element, 'form'))
  return isLate ? [base.href, url] : [base.href]
}

function readTargets(
  form: HtmlElement,
  controls: readonly HtmlElement[],
  bases: readonly string[],
  url: string,
): URL[] {
  const ownActions = controls.flatMap((control) => attributeOf(control, 'formaction') ?? [])
  const actions = [attributeOf(form, 'action') ?? '', ...ownActions]
  const targets = actions.flatMap((action) => {
    // An empty action is the page itself, whatever its base says.
    if (action === '') return [new URL(url)]
    return bases.flatMap((base) => (URL.canParse(action, base) ? [new URL(action, base)] : []))
  })
  return targets.filter(({ protocol }) => protocol !== 'javascript:')
}

function readMethods(form: HtmlElement, controls: readonly HtmlElement[]): Set<string> {
  const ownMethods = controls.flatMap((control) => attributeOf(control, 'formmethod') ?? [])
  const methods = [attributeOf(form, 'method') ?? '', ...ownMethods].map((method) => method.toLowerCase())
  return new Set(methods.map((method) => (method === 'post' || method === 'dialog' ? method : 'get')))
}

function readFields(control: HtmlElement, options: readonly HtmlElement[]): FormField[] {
  const name = attributeOf(control, 'name')
  if (!name) return []
  const field = (isTyped: boolean, value = attributeOf(control, 'value') ?? ''): FormField => ({
    name,
    value,
    isTyped,
  })
  switch (control.tagName) {
    case 'textarea':
      return [field(true, textOf(control))]
    case 'select':
      return options.map((option) => field(true, attributeOf(option, 'value') ?? textOf(option).trim()))
    case 'button':
      return [field(false)]
    default:
      return [field(!untypedInputs.has((attributeOf(control, 'type') ?? '').toLowerCase()))]
  }
}

import { attributeOf, type HtmlElement, type HtmlPage, isHtmlElement, textOf } from './html-page.ts'
import type { WorkBudget } from './work-budget.ts'

/** A field that a form may submit. */
export interface FormField {
  readonly name: string
  readonly value: string
  /** A person fills it in or chooses it. */
  readonly isTyped: boolean
  /** It is submitted only where somebody presses it. */
  readonly isButton: boolean
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

/** Those of them that are pressed. */
const buttonInputs: ReadonlySet<string> = new Set(['submit', 'image', 'button', 'reset'])

/** What is known of a form while its page is read. */
interface Draft {
  /** Distinct: a page may give every button the same one. */
  readonly actions: Set<string>
  readonly methods: Set<string>
  readonly fields: FormField[]
}

/**
 * Lists the forms of a page, or of a shadow root in it, with the fields that they own wherever those stand
 * (WHATWG HTML 4.10.17.3, 4.10.21). Disabled fields and buttons that nobody presses count too: a script may enable the
 * one and press the other.
 *
 * @param url the page's own.
 * @param budget gives others their turns.
 */
export async function listForms(
  elements: readonly HtmlElement[],
  { parserOwners }: Pick<HtmlPage, 'parserOwners'>,
  url: string,
  budget: WorkBudget,
): Promise<HtmlForm[]> {
  const drafts = new Map<HtmlElement, Draft>()
  const optionsOf = new Map<unknown, string[]>()
  const byId = new Map<string, HtmlElement>()
  await budget.forEach(elements, (element) => {
    const id = attributeOf(element, 'id')
    if (id !== undefined && !byId.has(id)) byId.set(id, element)
    if (isHtmlElement(element, 'form')) drafts.set(element, beginForm(element))
    if (isHtmlElement(element, 'option')) addOption(optionsOf, element)
  })
  if (drafts.size === 0) return []
  const enclosing = new Map<unknown, HtmlElement>()
  await budget.forEach(elements, (element) => {
    const parent = element.parentNode
    const around = drafts.has(parent as HtmlElement) ? (parent as HtmlElement) : enclosing.get(parent)
    if (around) enclosing.set(element, around)
    if (!controlTags.some((tagName) => isHtmlElement(element, tagName))) return
    const id = attributeOf(element, 'form')
    const owner = id === undefined ? (parserOwners.get(element) ?? around) : byId.get(id)
    const draft = owner && drafts.get(owner)
    if (draft) addControl(draft, element, optionsOf.get(element) ?? [])
  })
  const bases = findBases(elements, url)
  const forms: HtmlForm[] = []
  for (const { actions, methods, fields } of drafts.values()) {
    const targets: URL[] = []
    await budget.forEach(actions, (action) => {
      for (const target of readTargets(action, bases, url)) targets.push(target)
    })
    forms.push({ targets, methods, fields })
  }
  return forms
}

function beginForm(form: HtmlElement): Draft {
  const actions = new Set([attributeOf(form, 'action') ?? ''])
  const methods = new Set([readMethod(attributeOf(form, 'method') ?? '')])
  return { actions, methods, fields: [] }
}

function addControl(form: Draft, control: HtmlElement, options: readonly string[]): void {
  const action = attributeOf(control, 'formaction')
  const method = attributeOf(control, 'formmethod')
  if (action !== undefined) form.actions.add(action)
  if (method !== undefined) form.methods.add(readMethod(method))
  for (const field of readFields(control, options)) form.fields.push(field)
}

/** Options stand in their select, or in a group of it. */
function addOption(optionsOf: Map<unknown, string[]>, option: HtmlElement): void {
  const { parentNode } = option
  const isGrouped = parentNode?.nodeName === 'optgroup' && 'parentNode' in parentNode
  const select = isGrouped ? parentNode.parentNode : parentNode
  const value = attributeOf(option, 'value') ?? textOf(option).trim()
  const options = optionsOf.get(select)
  if (options) options.push(value)
  else optionsOf.set(select, [value])
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

function readTargets(action: string, bases: readonly string[], url: string): URL[] {
  // An empty action is the page itself, whatever its base says.
  const targets = action === '' ? [new URL(url)] : bases.flatMap((base) => parseUrl(action, base) ?? [])
  return targets.filter(({ protocol }) => protocol !== 'javascript:')
}

const parseUrl = (action: string, base: string): URL | undefined =>
  URL.canParse(action, base) ? new URL(action, base) : undefined

function readMethod(value: string): string {
  const method = value.toLowerCase()
  return method === 'post' || method === 'dialog' ? method : 'get'
}

function readFields(control: HtmlElement, options: readonly string[]): FormField[] {
  const name = attributeOf(control, 'name')
  if (!name) return []
  const field = (
    isTyped: boolean,
    value = attributeOf(control, 'value') ?? '',
    isButton = false,
  ): FormField => ({
    name,
    value,
    isTyped,
    isButton,
  })
  switch (control.tagName) {
    case 'textarea':
      return [field(true, textOf(control))]
    case 'select':
      return options.map((option) => field(true, option))
    case 'button':
      return [field(false, undefined, true)]
    default: {
      const type = (attributeOf(control, 'type') ?? '').toLowerCase()
      return [field(!untypedInputs.has(type), undefined, buttonInputs.has(type))]
    }
  }
}

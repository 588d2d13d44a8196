import { type FormField, type HtmlForm, readForms, readWords } from './html.ts'

/** Which form of a page, and which of its buttons; the first if absent. */
export interface FormChoice {
  /** The form's place on the page (0 is the first), its id, or the end of its action's path. */
  readonly form?: number | string
  /** The button's words or value. */
  readonly button?: string
}

/** A form ready to be sent. */
export interface FilledForm {
  readonly action: string
  readonly method: 'GET' | 'POST'
  readonly entries: URLSearchParams
}

/**
 * Fills a form as a person would: the given fields over what the page holds, and one button pressed.
 * A box is ticked by naming it with its value and cleared with the empty string.
 * @throws Error if the page has no such form, field or button
 */
export function fillForm(html: string, fields: Record<string, string>, choice: FormChoice): FilledForm {
  const form = chooseForm(html, choice.form ?? 0)
  const button = chooseButton(form, choice.button)
  const entries = new URLSearchParams()
  for (const name of Object.keys(fields)) {
    if (!form.fields.some((field) => field.name === name && field.kind !== 'button')) {
      throw new Error(
        `the form ${form.action} has no field "${name}", only ${form.fields.map((field) => field.name)}`,
      )
    }
  }
  for (const field of form.fields) {
    if (isSent(field, fields[field.name], button)) {
      entries.append(field.name, field.kind === 'value' ? (fields[field.name] ?? field.value) : field.value)
    }
  }
  return { action: form.action, method: form.method, entries }
}

function isSent(field: FormField, given: string | undefined, pressed: FormField | undefined): boolean {
  switch (field.kind) {
    case 'value':
      return true
    case 'box':
      return given === undefined ? field.sent : given === field.value
    case 'button':
      return field === pressed && field.name !== ''
  }
}

function chooseForm(html: string, wanted: number | string): HtmlForm {
  const forms = readForms(html)
  const form =
    typeof wanted === 'number'
      ? forms[wanted]
      : forms.find(({ id, action }) => id === wanted || action.replace(/\?.*/, '').endsWith(wanted))
  if (form === undefined) throw new Error(`no form ${wanted} on the page: ${readWords(html)}`)
  return form
}

function chooseButton(form: HtmlForm, wanted: string | undefined): FormField | undefined {
  const buttons = form.fields.filter((field) => field.kind === 'button')
  if (wanted === undefined) return buttons[0]
  const button = buttons.find(({ label, value }) => label.includes(wanted) || value === wanted)
  if (button === undefined) throw new Error(`no button "${wanted}" in the form ${form.action}`)
  return button
}

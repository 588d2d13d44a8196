import t from 'tap'
import { attributeOf, isHtmlElement, parseHtmlPage, textOf } from '../../src/edge/html-page.ts'
import { WorkBudget } from '../../src/edge/work-budget.ts'

const noLimit = (): WorkBudget => new WorkBudget(Number.POSITIVE_INFINITY)

t.test('elements come in tree order, without templates and with shadow roots apart', async (t) => {
  const page = parseHtmlPage(
    '<p><b></b><template><i></i></template><template shadowrootmode=open><u></u></template><s>',
    true,
    noLimit(),
  )
  const tags = (elements: readonly { tagName: string }[]): string =>
    elements.map((it) => it.tagName).join(' ')
  t.equal(tags(page.elements), 'html head body p b template template s')
  t.strictSame(page.shadowRoots.map(tags), ['u'])
})

t.test('elements of SVG are not those of HTML', async (t) => {
  const { elements } = parseHtmlPage('<svg><a id=1></a></svg><a id=2 id=3>x<b>y</b>z</a>', true, noLimit())
  const links = elements.filter((element) => isHtmlElement(element, 'a'))
  t.equal(attributeOf(links[0], 'id'), '2')
  t.equal(attributeOf(links[0], 'href'), undefined)
  t.equal(links.length, 1)
  t.equal(links[0] && textOf(links[0]), 'xz')
})

t.test('the work grows with the page, or stops', async (t) => {
  const page = (size: number): string => `<p>${'<i>'.repeat(3)}${'<p>x'.repeat(size)}`
  const spent = [1000, 2000].map((size) => {
    const budget = noLimit()
    parseHtmlPage(page(size), true, budget)
    return budget.spent
  })
  t.ok(Number(spent[1]) < 2.1 * Number(spent[0]))
  t.throws(() => parseHtmlPage(page(1000), true, new WorkBudget(1000)), { name: 'OutOfWork' })
})

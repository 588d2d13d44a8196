import t from 'tap'
import { attributeOf, isHtmlElement, parseHtmlPage, textOf } from '../../../src/oauth/page/html-page.ts'
import { WorkBudget } from '../../../src/oauth/page/work-budget.ts'

const noLimit = (): WorkBudget => new WorkBudget(Number.POSITIVE_INFINITY)

t.test('elements come in tree order, without templates and with shadow roots apart', async (t) => {
  const page = await parseHtmlPage(
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
  const { elements } = await parseHtmlPage(
    '<svg><a id=1></a></svg><a id=2 id=3>x<b>y</b>z</a>',
    true,
    noLimit(),
  )
  const links = elements.filter((element) => isHtmlElement(element, 'a'))
  t.equal(attributeOf(links[0], 'id'), '2')
  t.equal(attributeOf(links[0], 'href'), undefined)
  t.equal(links.length, 1)
  t.equal(links[0] && textOf(links[0]), 'xz')
})

t.test('the work grows with the page, or stops', async (t) => {
  const page = (size: number): string => `<p>${'<i>'.repeat(3)}${'<p>x'.repeat(size)}`
  const measure = async (size: number): Promise<number> => {
    const budget = noLimit()
    await parseHtmlPage(page(size), true, budget)
    return budget.spent
  }
  t.ok((await measure(2000)) < 2.1 * (await measure(1000)))
  await t.rejects(parseHtmlPage(page(1000), true, new WorkBudget(1000)), { name: 'OutOfWork' })
})

t.test('D-09 a page that is parsed in parts is the page', async (t) => {
  const piece = '<p title="a&amp;b\r\n">\ud83d\ude00&notin;<!-- c --></p><table><tr><td>x<script>1</script>'
  const describe = (elements: readonly { tagName: string; attrs: unknown }[]): string =>
    JSON.stringify(elements.map(({ tagName, attrs }) => [tagName, attrs]))
  for (let start = 0; start < piece.length; start++) {
    // The first part of the page ends within the piece.
    const text = `<!--${'-'.repeat(2048 - 7 - start)}-->${piece}`
    const { elements } = await parseHtmlPage(text, true, noLimit())
    const whole = await parseHtmlPage(piece, true, noLimit())
    t.equal(describe(elements), describe(whole.elements), `cut at ${start}`)
    t.equal(textOf(elements.find(({ tagName }) => tagName === 'p') as never), '\ud83d\ude00∉')
  }
})

t.test('D-09 others have their turns while a page is read', async (t) => {
  const isRead = parseHtmlPage('<form><input name=a>'.repeat(8000), true, noLimit())
  let after = 0
  for (let isOver = false; !isOver; after++) {
    isOver = await Promise.race([
      isRead.then(() => true),
      new Promise<false>((go) => setImmediate(() => go(false))),
    ])
  }
  t.ok(after > 20, `${after} turns`)
})

t.test('D-09 few bytes that make many elements at once', async (t) => {
  const page = `<p>${Array.from({ length: 300 }, (_, index) => `<i x=${index}>`).join('')}${'<p>x'.repeat(1000)}`
  await t.rejects(parseHtmlPage(page, true, noLimit()), { name: 'OutOfWork', message: /at once/ })
})

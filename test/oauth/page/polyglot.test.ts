import t from 'tap'
import { isSameInXml } from '../../../src/oauth/page/polyglot.ts'
import { workMs } from '../../lab/work-ms.ts'

const form = '<form method="post" action="https://app.example.com/cb"><input name="code" value="c1"/></form>'

const same: Record<string, string> = {
  nothing: '',
  'a form': form,
  'a whole page': `\ufeff<?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
    <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en"><head><title>Sign in</title></head>
    <body onload="a &amp;&amp; b(&nbsp;)"><!-- a comment --><!--[if IE]><p><![endif]--><p>a&nbsp;b<br/></p>${form}</body></html >`,
  'a script in CDATA': '<script>//<![CDATA[\nif (a < b && c) d("<form>")\n//]]></script>',
  'a script without': '<script type="text/javascript">a.b()</script><style>p { color: red }</style>',
  'a text area': '<textarea name="a">some text</textarea>',
  'a choice': '<select name="a"><optgroup label="x"><option value="1">one</option></optgroup></select>',
  'two forms': form + form,
  'references of both': '<form action="https&#58;&#x2f;&#X2F;a/?b=c&amp;d&quot;&#39;&apos;&#126;"></form>',
  'without scripts': `<noscript>${form}</noscript>`,
  'lines in what is not submitted': '<p class="a\n b" title="&eacute;">x</p>',
}

const different: Record<string, string> = {
  'not closed': '<form>',
  'closed in another order': '<p><form></p></form>',
  'closed once too often': '</p>',
  'an empty element that is not closed': '<input name="a">',
  'a closed one that is not empty': '<textarea/>',
  'a script that ends at once': `<script src="/x"/>${form}`,
  'a name without quotes': '<input name=code/>',
  'an attribute without a value': '<input disabled/>',
  'attributes without a space': '<input name="a"value="b"/>',
  'less than in a value': '<input name="<"/>',
  'a form in a form': `<form>${form}</form>`,
  'a form in a choice': `<select>${form}</select>`,
  'a form in an option': `<select><option>${form}</option></select>`,
  'a form in a group': `<select><optgroup>${form}</optgroup></select>`,
  'elements in upper case': '<FORM></FORM>',
  'a telling attribute in upper case': '<form ACTION="/x"></form>',
  'a prefix': '<h:form></h:form>',
  'a namespace': '<p xmlns:h="http://www.w3.org/1999/xhtml"></p>',
  'another namespace': '<p xmlns="http://www.w3.org/2000/svg"></p>',
  'another attribute with a prefix': '<p xlink:href="x"></p>',
  'an entity of its own': '<!DOCTYPE x [<!ENTITY f "x">]><p>&f;</p>',
  'an entity in a name': '<input name="&code;"/>',
  'a named character': '<input value="&eacute;"/>',
  'a character of Windows': '<input value="&#128;"/>',
  'a control character': '<input value="&#10;"/>',
  'a half reference': '<input value="a&amp"/>',
  'a line in an address': '<form action="/a\nb"></form>',
  'a stylesheet': '<?xml-stylesheet href="/x"?><p></p>',
  'an instruction': '<p><?php x?></p>',
  'CDATA in text': '<p><![CDATA[<form>]]></p>',
  'a form in a script': `<script>${form}</script>`,
  'a script that ends in CDATA': '<script><![CDATA[</script><form>]]></script>',
  'a script that ends in CDATA, in upper case': '<script><![CDATA[</SCRIPT><form>]]></script>',
  'an ampersand in a script': '<script>a && b</script>',
  'a script without end': '<script>',
  'a form in a text area': `<textarea>${form}</textarea>`,
  'a reference in a text area': '<textarea>&amp;</textarea>',
  'CDATA in a text area': '<textarea><![CDATA[x]]></textarea>',
  'a comment that ends at once': `<!-->${form}<!-- -->`,
  'a comment that ends as soon': `<!--->${form}<!-- -->`,
  'a comment with dashes': `<!-- -- ${form} -->`,
  'a comment that ends otherwise': `<!-- --!>${form}<!-- -->`,
  'a comment without end': '<!-- ',
  'a template': `<template>${form}</template>`,
  'a drawing': '<svg></svg>',
  'a frame': '<iframe></iframe>',
  'a declaration later': '<p></p><!DOCTYPE html>',
  'less than in text': '<p>a < b</p>',
  'elements deeper than anybody writes': '<p>'.repeat(300) + '</p>'.repeat(300),
  'a long page': '<p></p>'.repeat(20_000),
  NUL: '<p>\0</p>',
}

t.test('pages that are the same as XML and as HTML', async (t) => {
  for (const [name, page] of Object.entries(same)) t.equal(isSameInXml(page), true, name)
  for (const [name, page] of Object.entries(different)) t.equal(isSameInXml(page), false, name)
})

t.test('long pages are read in a moment', async (t) => {
  for (const [name, page] of Object.entries({
    elements: '<p></p>'.repeat(18_000),
    'elements within each other': '<p>'.repeat(43_000),
    attributes: `<p ${'a="" '.repeat(26_000)}></p>`,
    'attributes without end': `<p ${'a="" '.repeat(26_000)}`,
    blanks: `<p ${' '.repeat(130_000)}`,
    'blanks before a value': `<p a${' '.repeat(130_000)}`,
    comments: '<!-- -->'.repeat(16_000),
    'comments without end': '<!--'.repeat(32_000),
    scripts: '<script><![CDATA[ ]]></script>'.repeat(4300),
    'scripts without end': `${'<script></script>'.repeat(4000)}<script>${'<![CDATA['.repeat(6000)}`,
    'CDATA without end': `<script>${'<![CDATA['.repeat(14_000)}</script>`,
    'a declaration': `<!DOCTYPE ${'a '.repeat(65_000)}`,
    references: `<p id="${'&#65;'.repeat(26_000)}"></p>`,
  })) {
    const ms = await workMs(() => void isSameInXml(page))
    t.ok(ms < 1000, `${name}: ${ms} ms`)
  }
})

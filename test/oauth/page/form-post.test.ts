import t from 'tap'
import type { FormPostResponse } from '../../../src/oauth/authorization-response.ts'
import { mayBeFormPost, readFormPost, readFormPostPage } from '../../../src/oauth/page/form-post.ts'
import { workMs } from '../../lab/work-ms.ts'

const base = 'https://login.example.com/authorize'
const callback = 'https://app.example.com/cb'
const code = '<input type="hidden" name="code" value="c1">'
const state = '<input type="hidden" name="state" value="s1">'
const open = `<form method="post" action="${callback}">`
const form = `${open}${code}${state}</form>`

const login = `<form action="/login"><input name="response_type" value="code"/><input name="user"/></form>`

/** As XHTML writes it. */
const xhtml = (body: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>x</title></head><body>
${body.replace(/(<input[^/>]*)>/g, '$1/>')}</body></html>`

async function read(html: string): Promise<FormPostResponse> {
  const response = await readFormPost(html, base)
  if (!response || response === 'ambiguous') throw new Error(`${response} for ${html}`)
  return response
}

t.test('a form post is read like a browser reads it', async (t) => {
  const pages = {
    plain: form,
    'any case': `<FORM METHOD=POST ACTION="${callback}"><INPUT NAME=code VALUE=c1><INPUT NAME=state VALUE=s1></FORM>`,
    'unquoted, without spaces': `<form/method=post action='${callback}'><input/name=code value=c1><input name=state value=s1>`,
    entities: `<form method="p&#111;st" action="https&#58;//app.example.com&sol;cb"><input name="&#99;ode" value="&#x63;1"><input name="st&#x61te" value=s1>`,
    'never closed': `${open}${code}${state}`,
    'after a comment that looks like its end': `<!--></form>${form}`,
    'fields outside': `<form id=f method=post action="${callback}"></form><input form=f name=code value=c1><input form=f name=state value=s1>`,
    'fields before': `<input form=f name=code value=c1><form id=f method=post action="${callback}">${state}</form>`,
    'first attribute wins': `<form method=post action="${callback}" action="https://evil.test"><input name=code name=x value=c1 value=c2>${state}</form>`,
    'first id wins': `<form id=f method=post action="${callback}">${code}${state}</form><div id=f></div>`,
    table: `<table><form method=post action="${callback}"><tr><td>${code}</td></tr></table>${state}`,
    'a field of another form': `${open}${code}<input form=g name=code value=c2>${state}</form><form id=g action="/x"></form>`,
    'a form attribute that names no form': `${open}${code}<input form=d name=code value=c2>${state}</form><div id=d></div>`,
    'a form within': `${open}${code}<form action="https://evil.test">${state}</form>`,
    base: `<base target=_top><base href="https://app.example.com/x/"><form method=post action="../cb">${code}${state}</form>`,
    'the second base': `<base href="${callback}"><base href="https://evil.test/"><form method=post action=" cb">${code}${state}`,
    'a template': `<template>${open.replace('app', 'evil')}${code}</form></template>${form}`,
    'a template within': `${open}<template><input name=code value=c2></template>${code}${state}</form>`,
    textarea: `${open}<textarea name=code>\nc1</textarea>${state}</form>`,
    button: `${open}<button name=code value=c1>Go</button>${state}</form>`,
    select: `${open}<select name=code><option>c1</option></select><select name=state><optgroup><option value=s1>x</select></form>`,
    disabled: `${open}<fieldset disabled>${code}</fieldset>${state}</form>`,
    'the same action on a button': `${open}${code}${state}<button formaction="${callback}" formmethod=post>`,
    noscript: `${open}${code}${state}<noscript><button>Go</button></noscript></form>`,
    'a named button in noscript': `${open}${code}${state}<noscript><input name=continue type=submit value=Go></noscript></form>`,
    'in noscript': `<noscript>${form}</noscript>`,
    twice: form + form,
    'an action with spaces': `<form method=post action="\n ${callback}\t">${code}${state}</form>`,
    'a comment within': `${open}<!-- ${code} -->${code}${state}</form>`,
    'a script that looks like a form': `<script>"${open}"</script>${form}`,
    'options of nothing': `<option value=c2></option>${form}`,
    'an action that is no URL': `<form action="https://["><input name=code value=c2></form>${form}`,
    'fields without names': `${open}<input value=c2><input name value=c3>${code}${state}`,
    'a base that is a page itself': `<base href="data:text/html,x">${form}`,
    'a base that is no URL': `<base href="https://[">${form}`,
    'a frame of no forms': `<iframe srcdoc="<p>x"></iframe><iframe src=/x></iframe>${form}`,
    'an empty shadow root': `<div><template shadowrootmode=open><p>x</template></div>${form}`,
  }
  for (const [name, html] of Object.entries(pages)) {
    const response = await read(html)
    t.equal(response.mode, 'form_post', name)
    t.equal(response.redirectUri, callback, name)
    t.equal(response.action, callback, name)
    t.equal(response.method, 'post', name)
    t.equal(response.code, 'c1', name)
    t.equal(response.state, 's1', name)
    t.equal(response.isAmbiguous, false, name)
    t.equal([...response.artefacts].join(), 'code', name)
  }
})

t.test('what it carries, and where an error goes', async (t) => {
  const action = `${callback}?a=1&code=x&b#y`
  const response = await read(
    `<form action="${action}"><input name=id_token value=i.i.i><input name=iss value=o>${state}`,
  )
  t.equal(response.method, 'get')
  t.equal(response.redirectUri, callback)
  t.equal(response.action, `${callback}?a=1&b`)
  t.equal([...response.artefacts].join(), 'code,id_token')
  t.equal(response.get('id_token'), 'i.i.i')
  t.equal(response.isError, false)
  t.equal(`${response.errorParameters('e', 'd')}`, 'error=e&error_description=d&state=s1&iss=o')

  const cases: [fields: string, artefacts: string, isError: boolean][] = [
    ['<input name=error value=e>', '', true],
    ['<input name=error value=e><input name=code value>', 'code', true],
    ['<input name=code>', 'code', false],
    ['<input name=access_token value=a>', 'access_token', false],
    ['<input name=response value=a.b.c>', 'response', false],
  ]
  for (const [fields, artefacts, isError] of cases) {
    const { artefacts: found, isError: foundError } = await read(`${open}${fields}`)
    t.equal([...found].join(), artefacts, fields)
    t.equal(foundError, isError, fields)
  }
  t.equal(
    (await read(`<form method=post action="com.example.app:/cb">${code}`)).redirectUri,
    'com.example.app:/cb',
  )
  t.equal((await read(`<form method=post action="${callback}#code=c">`)).code, 'c')
})

t.test('pages of the OP that are no form posts', async (t) => {
  const pages = [
    '',
    'no form',
    `${open}<input name=response value=yes>${state}</form>`,
    `${code}${state}`,
    `<form action="/login"><input name=user><input name=error type=hidden value="wrong"></form>`,
    '<form action="/otp" method=post><input name=code></form>',
    '<form action="/otp" method=post><input type=text name=code value=123456></form>',
    '<form method=post><input type=hidden name=code></form>',
    '<form action="javascript:void(0)"><input name=code></form>',
    '<form action="https://["><input name=code></form>',
    '<form action="/phone"><select name=code><option value="+49">DE</select></form>',
    `<svg><form action="${callback}"></svg>${code}`,
    `<svg><desc/><title/><style/><a><input/></a></svg><textarea>${form}</textarea>`,
    `<form action="${callback}"></form>${code}`,
  ]
  for (const page of pages) t.equal(await readFormPost(page, base), undefined, page)
})

t.test('a form to its own origin counts by what nobody typed', async (t) => {
  t.equal(
    (await read(`<form method=post action="/account/cb">${code}</form>`)).redirectUri,
    'https://login.example.com/account/cb',
  )
  t.equal((await read(`<base href="${callback}"><form method=post>${code}</form>`)).redirectUri, base)
  t.equal((await read('<form><input name=id_token value=x>')).redirectUri, base)
})

t.test('a certain address with uncertain content', async (t) => {
  const pages = [
    `${open}${code}<input name=code value=c2></form>`,
    `${open}${code}${code}</form>`,
    `${open}${code}${state}<input name=state value=s2></form>`,
    `${open}${code}<button formmethod=get>`,
    `<form method=dialog action="${callback}">${code}`,
    `<form method=post action="${callback}?code=c2">${code}`,
    `${form}${open}<input name=code value=c2></form>`,
    `${open}${code}<noscript><input name=iss value=o></noscript>`,
    `${open}${code}<noscript><input name=CODE value=c2></noscript>`,
    `${open}${code}<noscript><input name="${'c'.repeat(257)}" value=c2></noscript>`,
    `${open}<select name=code><option>c1<option>c2</select>`,
  ]
  for (const page of pages) t.match(await read(page), { redirectUri: callback, isAmbiguous: true }, page)
})

t.test('uncertain addresses', async (t) => {
  const other = form.replaceAll('app.example', 'evil.example')
  const quote = (html: string): string => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const framed = (html: string): string => `<iframe srcdoc="${quote(html)}"></iframe>`
  const pages = {
    'two forms': form + other,
    formaction: `${open}${code}<button formaction="https://evil.example/cb">`,
    'formaction on an input elsewhere': `<form id=f action="/x">${code}</form><input form=f type=submit formaction="${callback}">`,
    'a late base': `<form method=post action="cb">${code}</form><base href="https://app.example.com/">`,
    'with scripts here, without there': `${form}<noscript>${other}</noscript>`,
    frame: framed(form),
    'frame in a frame': framed(framed(form)),
    'frames without end': framed(framed(framed(framed(framed('<p>'))))),
    'shadow root': `<div><template shadowrootmode="open">${form}</template></div>`,
    'shadow root in a shadow root': `<div><template shadowrootmode=open><p><template shadowrootmode=closed>${form}</template>`,
    'frame in a shadow root': `<div><template shadowrootmode=open>${framed(form)}</template>`,
  }
  for (const [name, page] of Object.entries(pages)) t.equal(await readFormPost(page, base), 'ambiguous', name)
})

t.test('a page without an address of its own is a mistake of the caller', async (t) => {
  await t.rejects(readFormPost(form, 'nowhere'), { code: 'ERR_INVALID_URL' })
})

t.test('bytes are decoded before they are read', async (t) => {
  const utf16 = Buffer.from(`\ufeff${form}`, 'utf16le')
  const html = (text: string): Buffer => Buffer.from(text, 'latin1')
  const wide = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')
  const umlaut = form.replace('s1', '\xfc')
  const cases: [name: string, bytes: Buffer, contentType: string | undefined, expected: string][] = [
    ['no charset', html(form), undefined, 'c1'],
    ['UTF-8', Buffer.from(form.replace('s1', 'ü')), 'text/html; charset=utf-8', 'c1'],
    ['windows-1252', html(umlaut), 'text/html;charset="ISO-8859-1"', 'c1'],
    ['byte order mark', Buffer.from(`\ufeff${umlaut}`), 'text/html; charset=utf-16', 'c1'],
    ['meta', html(`<meta charset=latin1>${umlaut}`), 'text/html', 'c1'],
    ['meta that can not be', html(`<meta charset=utf-16>${form}`), 'text/html', 'c1'],
    ['XML declaration', html(`<?xml version="1.0" encoding="utf-8"?>${umlaut}`), 'text/html', 'c1'],
    [
      'many charsets',
      html(Array.from({ length: 33 }, (_, index) => `charset=a${index} `).join('') + form),
      undefined,
      'ambiguous',
    ],
    ['a charset many times', html('charset=utf-8 '.repeat(40) + form), undefined, 'c1'],
    ['unknown charset', html(form), 'text/html; charset=nonsense', 'c1'],
    ['ASCII in another charset', html(form), 'text/html; charset=shift_jis', 'c1'],
    ['another charset', html(umlaut), 'text/html; charset=shift_jis', 'ambiguous'],
    ['another charset, no form post', html('<form>\xfc'), 'text/html; charset=shift_jis', 'undefined'],
    ['no charset but other bytes', html(umlaut), 'text/html', 'ambiguous'],
    ['two charsets', html(`<meta charset=latin1><meta charset=utf-8>${umlaut}`), undefined, 'ambiguous'],
    ['UTF-16 by its mark', utf16, undefined, 'c1'],
    ['UTF-16 by its mark, whatever the header says', utf16, 'text/html; charset=utf-8', 'c1'],
    ['UTF-16 with the other mark', Buffer.from(utf16).swap16(), undefined, 'c1'],
    ['UTF-16 by its declaration', utf16.subarray(2), 'text/html; charset=UTF-16LE', 'c1'],
    [
      'UTF-16 by its declaration',
      Buffer.from(utf16.subarray(2)).swap16(),
      'text/html; charset=utf-16be',
      'c1',
    ],
    [
      'UTF-16 or UTF-8',
      utf16.subarray(2),
      'text/html; charset=utf-16, text/html; charset=utf-8',
      'ambiguous',
    ],
    ['UTF-8 or UTF-16', html(form), 'text/html; charset=utf-8, text/html; charset=utf-16', 'ambiguous'],
    [
      'UTF-16 of a login page with a one-time code',
      wide('<form><input name="code">'),
      undefined,
      'undefined',
    ],
    ['XHTML in UTF-16', wide(xhtml(form)), 'application/xhtml+xml', 'c1'],
    ['UTF-8 that begins like UTF-16', html(`<\0?\0x\0${form}`), 'text/html; charset=utf-8', 'c1'],
    ['what may be UTF-16 and is not', html(`<\0?\0x\0${form}`), 'text/html', 'ambiguous'],
    ['UTF-16 by its start', Buffer.from(`<?xml version="1.0"?>${form}`, 'utf16le'), undefined, 'ambiguous'],
    ['UTF-7', html('+ADw-form+AD4-'), 'text/html; charset=utf-7', 'ambiguous'],
    ['UTF-7 by meta', html('<meta charset="utf-7">+ADw-form+AD4-'), 'text/html', 'ambiguous'],
    [
      'ISO-2022-JP',
      html(form.replace('<form', '<fo\x1b(Brm')),
      'text/html; charset=ISO-2022-JP',
      'ambiguous',
    ],
    ['ISO-2022-JP by guess', html(form.replace('<form', '<fo\x1b(Brm')), 'text/html', 'ambiguous'],
    ['no form', html('\x1b\x00\xff'), undefined, 'undefined'],
    [
      'a login page in UTF-16',
      Buffer.from('\ufeff<form><input name=user>', 'utf16le'),
      undefined,
      'undefined',
    ],
    [
      'a login page in ISO-2022-JP',
      html('\x1b$B<form>\x1b(B<form><input name=user>'),
      undefined,
      'undefined',
    ],
    [
      'a login page in XHTML',
      html('<form><input name="user"/></form>'),
      'application/xhtml+xml',
      'undefined',
    ],
    ['XML by its start', html(`<?xml version="1.0"?><h:form>${code}`), '*/*', 'ambiguous'],
    ['HTML or XML', html(form), 'text/html, application/xhtml+xml', 'ambiguous'],
    ['an entity in a name', html('<form><input name="c&#111;de"/>'), 'application/xhtml+xml', 'ambiguous'],
    ['a stylesheet that makes a form of it', html('<?xml-stylesheet?><id_token>'), 'text/xml', 'ambiguous'],
    ['a stylesheet of a feed', html('<?xml-stylesheet?><rss/>'), 'text/xml', 'undefined'],
    ['XHTML', html(xhtml(form)), 'application/xhtml+xml', 'c1'],
    ['XHTML that is no HTML', html(form), 'application/xhtml+xml', 'ambiguous'],
    ['XHTML or HTML', html(xhtml(form)), 'text/html, application/xhtml+xml', 'c1'],
    ['a login page that passes the request on', html(xhtml(login)), 'application/xhtml+xml', 'undefined'],
    ['the same, no HTML', html(`<h:form>${login}`), 'application/xhtml+xml', 'undefined'],
    ['XHTML with a prefix', html(form.replaceAll('<form', '<h:form')), 'application/xhtml+xml', 'ambiguous'],
    ['XML with an entity', html('<!DOCTYPE x [<!ENTITY f "<f&#111;rm/>">]>&f;'), 'text/xml', 'ambiguous'],
    [
      'XML',
      html('<md:EntityDescriptor Format="x"/>'),
      'application/samlmetadata+xml; charset=utf-8',
      'undefined',
    ],
  ]
  for (const [name, bytes, contentType, expected] of cases) {
    const found = await readFormPostPage(bytes, contentType, base)
    t.equal(typeof found === 'object' ? found.code : String(found), expected, name)
    if (expected !== 'undefined') t.ok(mayBeFormPost(bytes, contentType), name)
  }
})

t.test('the cheap look says no to what has no form, and never to one', async (t) => {
  const cases: [text: string, expected: boolean][] = [
    ['', false],
    ['<p>platform, &lt;form&gt;, code=1', false],
    ['<FoRm>', true],
    ['<iframe SRCDOC="&lt;form">', true],
  ]
  for (const [text, expected] of cases) t.equal(mayBeFormPost(Buffer.from(text)), expected, text)
})

t.test('hostile pages end within their budget', async (t) => {
  const size = 256 * 1024
  const fill = (part: string): string => part.repeat(size / part.length)
  const count = (make: (index: number) => string, length = size): string =>
    Array.from({ length: length / make(10_000).length }, (_, index) => make(index)).join('')
  const again = `<p>${count((index) => `<i x=${index}>`, size / 2)}${fill('<p>x').slice(0, size / 2)}`
  const pages = {
    nested: fill('<div>'),
    'nested forms': fill('<form>'),
    'nested tables': fill('<table>'),
    fostered: `<table>${fill('<b>x')}`,
    formatting: count((index) => `<b id=${index}>`),
    'formatting, again and again': again,
    'a and div': fill('<a><div>'),
    attributes: `<form ${count((index) => `a${index} `)}>`,
    fields: open + fill('<input name=code value=x>'),
    'fields far away': `<form id=f action="${callback}">${fill('<input form=f name=code>')}`,
    buttons: open + fill('<button name=code formaction=//a.b/>'),
    'other buttons': open + count((index) => `<button name=code formaction=?${index}>`),
    options: `${open}<select name=code>${fill('<option>')}`,
    'options and divs': `${open}${fill('<div>').slice(0, size / 2)}${fill('<option>').slice(0, size / 2)}`,
    templates: fill('<template shadowrootmode=open>'),
    frames: fill('<iframe srcdoc="'),
    entities: `${open}<input name="${fill('&amp')}`,
    'open comment': fill('<!--'),
    'open tag': fill('<'),
    noscript: fill('<noscript>'),
    charsets: fill('charset=  '),
    spaces: `charset=${fill(' ')}`,
    escapes: fill('\x1b(B'),
    xml: fill('<?xml encoding'),
  }
  for (const [name, page] of Object.entries(pages)) {
    // With an address elsewhere, for which it has to be built.
    const bytes = Buffer.from(`<form action=//x></form>${page}`)
    const work = await workMs(() => readFormPostPage(bytes, undefined, base))
    // The steps are counted; this is for what no step stands for.
    t.ok(work < 5000, `${name}: ${Math.round(work)} ms of work`)
  }
  t.equal(
    await readFormPost(`<form action=//x>${again}`, base),
    'ambiguous',
    'more elements than an honest page has',
  )
  t.equal((await read(form + fill('<p>').slice(0, size / 8))).code, 'c1', 'a long page is read')
})

t.test('what a form of ours can submit in its place', async (t) => {
  const page = (fields: string, how = `method="post" action="${callback}"`) => `<form ${how}>${fields}</form>`
  const table: [what: string, html: string, fields: string[][] | undefined][] = [
    [
      'hidden fields',
      form,
      [
        ['code', 'c1'],
        ['state', 's1'],
      ],
    ],
    [
      'another field',
      page(`${code}<input type=hidden name=x value=1>`),
      [
        ['code', 'c1'],
        ['x', '1'],
      ],
    ],
    ['a button that nobody presses', page(`${code}<button name=go value=1>Go</button>`), [['code', 'c1']]],
    ['a submit input', page(`${code}<noscript><input type=submit name=go></noscript>`), [['code', 'c1']]],
    ['a query of its own', page(code, `method=post action="${callback}?a=b"`), [['code', 'c1']]],
    ['a field to type in', page('<input name=code value=c1>'), undefined],
    ['by GET', page(code, `action="${callback}"`), undefined],
    ['a part of it in the address', page(code, `method=post action="${callback}?state=s"`), undefined],
    ['a fragment', page(code, `method=post action="${callback}#a"`), undefined],
    ['letters beyond ASCII', page(`${code}<input type=hidden name=state value="é">`), undefined],
    ['much too long', page(`${code}<input type=hidden name=state value="${'x'.repeat(65_537)}">`), undefined],
  ]
  for (const [what, html, fields] of table) t.same((await read(html)).fields, fields, what)
})

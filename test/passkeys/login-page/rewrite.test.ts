import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { createLoginPageRewriter, rewriteLoginPage } from '../../../src/passkeys/login-page/rewrite.ts'

const added = '<script src="/x"></script>'
const offer = 'autocomplete="username webauthn"'

/** A page that came in one piece. */
async function rewrite(
  page: string,
  field = 'username',
  addition: () => string | undefined = () => added,
): Promise<string> {
  const rewriter = createLoginPageRewriter({ field, addition })
  const parts = [await rewriter.write(Buffer.from(page, 'latin1')), rewriter.end()]
  return Buffer.concat(parts).toString('latin1')
}

t.test('the field is found, and offers passkeys', async (t) => {
  const cases: Readonly<Record<string, string>> = {
    '<input name=username>': `<input ${offer} name=username>${added}`,
    '<INPUT NAME="username" TYPE=TEXT/>': `<INPUT ${offer} NAME="username" TYPE=TEXT/>${added}`,
    "<input\r\n\tname = 'username'\n>": `<input ${offer}\r\n\tname = 'username'\n>${added}`,
    '<input/name=username>': `<input ${offer}/name=username>${added}`,
    '<input name="user&#110;ame">': `<input ${offer} name="user&#110;ame">${added}`,
    '<input autocomplete name=username>': `<input ${offer} name=username>${added}`,
    '<input autocomplete=off name=username>': `<input ${offer} name=username>${added}`,
    '<input name=username autocomplete=off/>': `<input name=username ${offer}>${added}`,
    "<input name=username AutoComplete = 'off'required>": `<input name=username ${offer}required>${added}`,
    '<input autocomplete="a>b" name="username">': `<input ${offer} name="username">${added}`,
    '<input autocomplete=off name=username autocomplete=on>': `<input ${offer} name=username autocomplete=on>${added}`,
    '<input name=username autocomplete="email webauthn">': `<input name=username autocomplete="email webauthn">${added}`,
    '<input name=username autocomplete="webauthn">': `<input name=username autocomplete="webauthn">${added}`,
    '<input name=username autocomplete="webauthn username">': `<input name=username ${offer}>${added}`,
    '<input name=username autocomplete="notwebauthn">': `<input name=username ${offer}>${added}`,
    '<input name=username value="\xe9\x80\xff\0">\0\x80': `<input ${offer} name=username value="\xe9\x80\xff\0">${added}\0\x80`,
    '<input name=username name=other>': `<input ${offer} name=username name=other>${added}`,
    '<p a="<input name=username>"><input name=username>': `<p a="<input name=username>"><input ${offer} name=username>${added}`,
    '<table><tr><input name=username>': `<table><tr><input ${offer} name=username>${added}`,
    '\xef\xbb\xbf<!doctype html>\r\n<form><label>N<input name=username></label><input name=username>': `\xef\xbb\xbf<!doctype html>\r\n<form><label>N<input ${offer} name=username>${added}</label><input name=username>`,
  }
  for (const [page, expected] of Object.entries(cases)) t.equal(await rewrite(page), expected, page)
  for (const type of ['text', 'email', 'TEL', 'search', '', 'username', 'none']) {
    t.equal(
      await rewrite(`<input name=username type="${type}">`),
      `<input ${offer} name=username type="${type}">${added}`,
    )
  }
  t.equal(
    await rewrite('<input name="login[user]">', 'login[user]'),
    `<input ${offer} name="login[user]">${added}`,
  )
})

t.test('the field stands where it counts', async (t) => {
  const field = '<input name=username>'
  const asides = {
    template: `<template>${field}</template>`,
    'template that says it is closed': `<template/>${field}</template>`,
    'templates in templates': `<template><p><template>${field}</template>${field}</template>`,
    noscript: `<noscript>${field}</noscript>`,
    script: `<script>'${field}'</script>`,
    'escaped script': `<script><!--<script>${field}</script>${field}--></script>`,
    style: `<style>${field}</style>`,
    textarea: `<textarea>${field}</textarea>`,
    title: `<title>${field}</title>`,
    svg: `<svg>${field}</svg>`,
    'html in svg': `<svg><foreignObject>${field}</foreignObject></svg>`,
    logo: `<svg viewBox="0 0 1 1"><title>Logo</title><style>.a{}</style><path d="M0 0"/><use href="#x"/></svg>`,
    math: `<math><mi>${field}</mi></math>`,
    comment: `<!-- ${field} -->`,
    'comment of its own kind': `<!-- a --!><!-->--><?${field.slice(0, -1)}><!${field.slice(1)}`,
    cdata: `<svg><![CDATA[${field}]]></svg>`,
    iframe: `<iframe>${field}</iframe>`,
    'other field':
      '<input name=Username><input name="username "><input id=username><textarea name=username></textarea>',
    'hidden field':
      '<input name=username type=hidden><input name=username hidden><input type=HIDDEN name=username>',
    'fixed field': '<input name=username disabled><input name=username readonly="">',
    'no text':
      '<input type=password name=username><input name=username type=submit><input name=username type=number>',
    attribute: `<p title="${field}">`,
  }
  for (const [name, aside] of Object.entries(asides)) {
    t.equal(await rewrite(aside), aside, `not ${name}`)
    t.equal(await rewrite(aside + field), `${aside}<input ${offer} name=username>${added}`, `behind ${name}`)
  }
  t.equal(await rewrite(`<svg/>${field}`), `<svg/>${field}`, 'nor where the parser can not tell')
  t.equal(await rewrite(`<svg><math></svg></math>${field}`), `<svg><math></svg></math>${field}`)
  t.equal(
    await rewrite(`</svg></template>${field}`),
    `</svg></template><input ${offer} name=username>${added}`,
  )
  for (const unclosed of [
    '<template>',
    '<svg>',
    '<textarea>',
    '<!--',
    '<plaintext>',
    '<p title="',
    '<script>',
  ]) {
    t.equal(await rewrite(unclosed + field), unclosed + field, `never behind an open ${unclosed}`)
  }
})

t.test('without the field nothing changes', async (t) => {
  const pages = [
    '',
    '<',
    '<input name=username',
    'text',
    '\0\r\n\xff<p>\r',
    '<input name=user',
    '</',
    '&am',
    '<!--',
  ]
  for (const page of pages) t.equal(await rewrite(page), page, JSON.stringify(page))
  const refusing = createLoginPageRewriter({ field: 'username', addition: () => undefined })
  const page = Buffer.from('<p><input name=username><p>')
  t.ok((await refusing.write(page)).equals(page), 'nor where nothing is to be added')
  t.equal(refusing.isChanged, false)
})

t.test('the policies of the page itself are told', async (t) => {
  const told: (readonly string[])[] = []
  const rewriter = createLoginPageRewriter({
    field: 'username',
    addition: (policies) => {
      told.push(policies)
      return ''
    },
  })
  await rewriter.write(
    Buffer.from(
      `<META HTTP-EQUIV="Content-Security-Policy" CONTENT="script-src &#39;none&#39;"><meta http-equiv=content-security-policy>
      <meta http-equiv=refresh content=1><meta name=x content=y><template><meta http-equiv=Content-Security-Policy content=no></template>
      <input name=username><meta http-equiv=Content-Security-Policy content=late><input name=username>`,
    ),
  )
  t.same(told, [["script-src 'none'", '']], 'once, in order')
  t.equal(rewriter.isChanged, true)
})

t.test('borders of chunks mean nothing', async (t) => {
  const page = Buffer.from(
    '\ufeff<!DOCTYPE html>\r\n<title>Ü</title><script>"</scr"</script><!-- <input name=username> -->\r\n' +
      '<form class="ä€😀">\0&amp;<input type=text\r\nautocomplete="off" name="username" title="Größe">rest</form>',
  )
  const whole = Buffer.from(await rewrite(page.toString('latin1')), 'latin1')
  t.ok(whole.includes(added) && whole.includes(offer))
  for (let size = 1; size < 40; size++) {
    const rewriter = createLoginPageRewriter({ field: 'username', addition: () => added })
    const parts: Buffer[] = []
    for (let at = 0; at < page.length; at += size)
      parts.push(await rewriter.write(page.subarray(at, at + size)))
    parts.push(rewriter.end())
    t.ok(Buffer.concat(parts).equals(whole), `${size} bytes a time`)
  }
})

t.test('D-09 a long page is read in turns, with the same result', async (t) => {
  const filler = '<p>text</p>'.repeat(4000)
  let turns = 0
  const isRead = rewrite(`${filler}<input name=username>${filler}`)
  let isOver = false
  void isRead.then(() => {
    isOver = true
  })
  for (; !isOver; turns++) await new Promise((go) => setImmediate(go))
  t.equal(await isRead, `${filler}<input ${offer} name=username>${added}${filler}`)
  t.ok(turns >= 5, `${turns} turns`)
})

t.test('what is read goes on', async (t) => {
  const rewriter = createLoginPageRewriter({ field: 'username', addition: () => added })
  t.equal((await rewriter.write(Buffer.from('<p>one</p>two<inp'))).toString(), '<p>one</p>')
  t.equal((await rewriter.write(Buffer.from('ut name=user'))).toString(), '')
  t.equal((await rewriter.write(Buffer.from('>three<br>four'))).toString(), 'two<input name=user>three<br>')
  t.equal(rewriter.end().toString(), 'four')
})

t.test('a page that goes on and on without a tag is left as it is', async (t) => {
  const field = '<input name=username>'
  for (const start of ['', '<!--', '<script>', '<p title="']) {
    const rewriter = createLoginPageRewriter({ field: 'username', addition: () => added })
    const end = { '': '', '<!--': '-->', '<script>': '</script>', '<p title="': '">' }[start]
    const parts = [await rewriter.write(Buffer.from(start))]
    const filler = Buffer.alloc(64 * 1024, 'x ')
    for (let count = 0; count < 9; count++) parts.push(await rewriter.write(filler))
    parts.push(await rewriter.write(Buffer.from(end + field)), rewriter.end())
    t.equal(Buffer.concat(parts).toString(), start + String(filler).repeat(9) + end + field, start)
    t.equal(rewriter.isChanged, false)
  }
})

t.test('a page of any length flows through, and no faster than they are taken', async (t) => {
  const part = Buffer.from(`<p class="a">${'text '.repeat(200)}</p>\r\n`.repeat(64))
  const parts = Math.ceil((12 * 1024 * 1024) / part.length)
  const field = Buffer.from('<input name=username>')
  let given = 0
  let [taken, most] = [0, 0]
  function* page() {
    for (let count = 0; count < parts; count++) {
      given += part.length
      yield part
    }
    given += field.length
    yield field
  }
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length
      most = Math.max(most, given - taken)
      setImmediate(done)
    },
  })
  await pipeline(Readable.from(page()), rewriteLoginPage({ field: 'username', addition: () => added }), sink)
  t.equal(taken, parts * part.length + field.length + ` ${offer}${added}`.length)
  t.ok(most < 256 * 1024, `never more than ${most} bytes on the way`)
})

t.test('what goes wrong ends the page, not the process', async (t) => {
  const rewriter = rewriteLoginPage({
    field: 'username',
    addition: () => {
      throw new Error('no addition')
    },
  })
  const failed = once(rewriter, 'error')
  rewriter.resume().end('<input name=username>')
  t.match(await failed, [{ message: 'no addition' }])
})

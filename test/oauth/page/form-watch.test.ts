import t from 'tap'
import { watchForms } from '../../../src/oauth/page/form-watch.ts'

const base = 'https://login.example.com/reports/1'
const leadsToClient = (address: string): boolean => address === 'https://login.example.com/console/cb'

/** What goes on of a page that comes in parts of this size; undefined where it ends before its own end. */
function pass(page: string | Buffer, size: number, contentType = 'text/html'): string | undefined {
  const watch = watchForms(contentType, base, leadsToClient)
  const bytes = Buffer.from(page)
  const passed: Buffer[] = []
  try {
    for (let at = 0; at < bytes.length; at += size) passed.push(watch.read(bytes.subarray(at, at + size)))
    passed.push(watch.end())
  } catch (error) {
    t.match(error, { code: 'upstream_unreadable' })
    t.notOk(Buffer.concat(passed).includes('secret'), 'nothing behind the form has gone on')
    return undefined
  }
  return Buffer.concat(passed).toString()
}

const field = '<input name="id_token" value="secret">'
const sizes = [1, 7, 100, 4096]

t.test('forms that stay at the OP pass, byte for byte', async (t) => {
  const pages = [
    '',
    'text \u00e9 < formation > and a <formula>',
    `<form>${field}</form>`,
    '<form action>',
    '<FORM\n action="" method=post>',
    "<form class='a b' action='?q=1&amp;r=2'/>",
    '<form action="#x" id=f>',
    '<form action="delete/1">',
    '<form action=/users/1>',
    '<form action="../x?to=https://app.example.com/cb">',
    '<form action="https://login.example.com/users" data-x="code">',
    '<form action="/broken',
    `<p>${'a word '.repeat(2000)}<form method="post">${'a word '.repeat(2000)}`,
  ]
  for (const page of pages) for (const size of sizes) t.equal(pass(page, size), page, `${size}: ${page}`)
})

t.test('a page ends before a form that may lead elsewhere', async (t) => {
  const pages = [
    '<form action="https://app.example.com/cb">',
    '<form action="//app.example.com/cb">',
    '<form action="/\\app.example.com/cb">',
    '<form action="/&#47;app.example.com/cb">',
    '<form action="http://login.example.com/">',
    '<form action="com.example.app:/cb">',
    '<form action="https://[">',
    '<form action="/console/cb?x">',
    '<form action="/x" action="https://app.example.com/cb">',
    '<form title=">" action="https://app.example.com/cb">',
    '<form title="<" action="/x">',
    '<form x"y action="https://app.example.com/cb">',
    '<form/action=https://app.example.com/cb>',
    `<form data-x="${'x'.repeat(3000)}" action="/x">`,
    `<form data-x="${'x'.repeat(9000)}`,
    '<base href="https://app.example.com/"><form action="/cb">',
    '<form><button formaction="https://app.example.com/cb">',
    '<iframe srcdoc="&lt;form action=https://app.example.com/cb>">',
    '<p><template shadowrootmode=open><form action="https://app.example.com/cb">',
    '<fo\x1b(Brm action="https://app.example.com/cb">',
  ]
  for (const page of pages)
    for (const size of sizes) t.equal(pass(`<p>${page}${field}`, size), undefined, `${size}: ${page}`)
})

t.test('other kinds of page', async (t) => {
  const xml = [
    '<form action="/x"/>',
    '<h:form action="/x"/>',
    '<!DOCTYPE x [<!ENTITY f "x">]>',
    '<?xml-stylesheet href="/x"?>',
  ]
  for (const page of xml) {
    t.equal(pass(`<x>${page}${field}`, 100, 'application/xhtml+xml'), undefined, page)
    t.equal(pass(`<x>${page}${field}`, 100, 'text/html, text/xml'), undefined, page)
  }
  t.equal(pass(`<x>${field}</x>`, 100, 'text/xml'), `<x>${field}</x>`)
  t.equal(pass(`<p>${field}`, 100, ''), `<p>${field}`)
  t.equal(pass(Buffer.from('<p>a page in UTF-16', 'utf16le'), 100, 'text/html; charset=utf-16'), undefined)
})

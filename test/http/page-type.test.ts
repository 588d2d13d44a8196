import t from 'tap'
import { type PageType, readPageType } from '../../src/http/page-type.ts'

const types: [contentType: string | undefined, type: PageType][] = [
  [undefined, 'guessed'],
  ['', 'guessed'],
  [' ', 'guessed'],
  [',', 'guessed'],
  ['*/*', 'guessed'],
  ['Unknown/Unknown', 'guessed'],
  ['application/unknown; x=y', 'guessed'],
  ['text', 'guessed'],
  ['text/', 'guessed'],
  ['/html', 'guessed'],
  ['text html', 'guessed'],
  ['text /html', 'guessed'],
  ['"text/html"', 'guessed'],
  ['text/html/x', 'guessed'],
  ['; charset=utf-8', 'guessed'],
  ['text/html', 'html'],
  ['\tTEXT/HTML ;charset=utf-8', 'html'],
  ['text/html, text/html; charset=utf-8', 'html'],
  ['text/html, text/plain', 'html'],
  ['text/plain;a="b, text/html', 'other'],
  ['text/plain;a="b\\", c", text/html', 'html'],
  ['text/xml', 'xml'],
  ['application/xhtml+xml', 'xml'],
  ['image/svg+xml; charset=utf-8', 'xml'],
  ['text/xsl', 'xml'],
  ['text/xml, application/json', 'xml'],
  ['application/xml-dtd', 'other'],
  ['text/html, text/xml', 'unclear'],
  ['*/*, text/html', 'unclear'],
  ['application/json, x', 'guessed'],
  ['multipart/x-mixed-replace; boundary=b', 'parts'],
  ['Multipart/ByteRanges', 'parts'],
  ['message/rfc822', 'parts'],
  ['application/x-mimearchive', 'parts'],
  ['text/html, multipart/related', 'parts'],
  ['multipart/form-data; boundary=b', 'other'],
  ['text/plain', 'other'],
  ['application/json', 'other'],
  ['application/octet-stream', 'other'],
  ['image/png, video/mp4', 'other'],
]

for (const [contentType, type] of types) {
  t.test(`what browsers make of ${contentType}`, async (t) => t.equal(readPageType(contentType), type))
}

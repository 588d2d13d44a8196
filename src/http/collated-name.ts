/**
 * What the root collation of Unicode takes for ASCII where compatibility decomposition (NFKD) does not: runs of code
 * points with what each is read as, more than one character in parentheses. Empty ones count as nothing.
 */
const runs = `
c6:(ae) d0:d d8:o df:(ss) e6:(ae) f0:d f8:o 110:dd 126:hh 13f:llll 152:(oe)(oe) 18d:(zw) 1be:(ts)
1e2:(ae)(ae) 1fc:(ae)(ae)oo 238:(db)(qp) 2a3:(dz) 2a6:(ts) 2aa:(ls)(lz) 363:aeioucdhmrtvx 5f3:'" 640:()
7fa:() 824:() 828:() c78:0123123 f2a:1234567890 1369:123456789 17f0:0123456789 180a:() 19da:1 1abf:w
1acc:grt 1cd3:() 1cf2:()() 1d2d:(ae) 1d79:g(th) 1d9e:d 1dca:r 1dd3:a(ae)(ao)(av)cddg 1ddc:kl 1de0:n
1de3:rssz 1de8:b 1deb:f 1ded:op 1df0:uwaou 1e9e:(ss) 1efa:(ll)(ll) 2018:''''"""" 20a7:(pts) 210f:h
214d:(a/s) 2185:6 24eb:(11)(12)(13)(14)(15)(16)(17)(18)(19)(20)123456789(10)0
2776:123456789(10)123456789(10)123456789(10) 2e42:" 301d:""" 3248:(10)(20)(30)(40)(50)(60)(70)(80)
a728:(tz)(tz) a732:(aa)(aa)(ao)(ao)(au)(au)(av)(av)(av)(av)(ay)(ay) a74e:(oo)(oo) a75a:rr a760:(vy)(vy)
a779:ddffg a782:rrsstt a79a:aaoouuggkknnrrss a7c0:aaww a7d8:ss a7f8:h(oe) fc5e:()()()()()() fcf2:()()()
fe70:()()()()() fe76:()()()()()()()()()() 10107:123456789 10142:15 10148:5 1014f:5 10158:11122225 10173:5
1018a:0 102e1:123456789 10320:15 103d1:12 10780:(aa) 10783:(ae) 10787:(dz) 10795:h 10799:(ls)(lz) 107a2:o
107ac:(ts) 10858:123 10879:12345 108a7:123445 108fb:15 10916:1 1091a:23 109c0:123456789 10a40:1234 10a7d:1
10a9d:1 10aeb:15 10b58:1234 10b78:1234 10ba9:1234 10cfa:15 10e60:123456789 10f1d:12345 10f51:1 10fc5:1234
11052:123456789 111e1:123456789 116da:012345678 11c5a:123456789
12400:23456789345678945678912345678912345233456789123345 12434:12334533444467778899992345612344552312
12469:456789 16e80:0123456789 16e94:123 1d2c0:0123456789 1d2e0:0123456789 1d360:123456789 1d372:1234515
1e8c7:123456789 1ec71:123456789 1eca3:123456789 1ecb1:12 1ed01:123456789 1ed2f:23456789 1f10b:00
1f150:abcdefghijklmnopqrstuvwxyz 1f170:abcdefghijklmnopqrstuvwxyzp(ic)(pa)(sa)(ab)(wc)
1f191:(cl)(cool)(free)(id)(new)(ng)(ok)(sos)(up!)(vs)(3d)
1f19d:(2k)(4k)(8k)(5.1)(7.1)(22.2)(60p)(120p)d(hc)(hdr)(hires) 1f1aa:(shv)(uhd)(vod)
`

const asciiOf: ReadonlyMap<string, string> = new Map(runs.trim().split(/\s+/).flatMap(readRun))

const special = new RegExp(`[${[...asciiOf.keys()].join('')}]`, 'gu')
const ignored = /[\p{M}\p{Cf}\x80-\x9f]/gu
const digit = /\p{Nd}/u

function readRun(run: string): [string, string][] {
  const colon = run.indexOf(':')
  const first = Number.parseInt(run.slice(0, colon), 16)
  const parts = [...run.slice(colon + 1).matchAll(/\(.*?\)|./g)]
  return parts.map(([part], index) => [String.fromCodePoint(first + index), part.replace(/[()]/g, '')])
}

/**
 * A name as servers read it that compare by collation instead of by code points, without case and accents
 * (`Intl.Collator('und', { sensitivity: 'base' })`; .NET's NameValueCollection, databases): letters in circles and above
 * others, ligatures, the digits of any script become ASCII, and what such a comparison does not see is left out, but for
 * the control characters of ASCII: some servers end or trim a name at one. Takes time in proportion to the text.
 *
 * @returns a form that is equal for names that such a server takes for one; for comparing only.
 */
export function foldByCollation(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase()
  return (
    text
      .replace(special, (character) => asciiOf.get(character) as string)
      // Marks go first: to put a long row of them in order takes time in proportion to its square.
      .replace(ignored, '')
      .normalize('NFKD')
      .replace(ignored, '')
      .replace(/(?![0-9])\p{Nd}/gu, digitOf)
      .toUpperCase()
      .toLowerCase()
  )
}

/** Digits stand in rows of ten, from zero on. */
function digitOf(character: string): string {
  const code = Number(character.codePointAt(0))
  let value = 0
  while (value < 9 && digit.test(String.fromCodePoint(code - value - 1))) value++
  return String(value)
}

/**
 * The same for a name as Node gives it, a byte a character: servers read such bytes as UTF-8, with or without what is
 * broken in it, or as ISO-8859-1.
 */
export function foldBytesByCollation(bytes: string): readonly string[] {
  if (/^[\0-\x7f]*$/.test(bytes)) return [bytes.toLowerCase()]
  const text = Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\ufffd', '')
  return [foldByCollation(text), foldByCollation(bytes)]
}

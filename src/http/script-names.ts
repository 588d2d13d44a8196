const extensions = [
  // Perl, Python, Ruby, Lua, Tcl and whatever else a shell starts
  'f?cgi|scgi|fastcgi|psgi|fpl|pl|plx|pm|perl|plack|wsgi|pyc?|rb|ru|erb|rhtml|lua|lp|tcl|adp',
  'sh|bash|csh|ksh|bat|cmd|ps1|vbs|ws[fc]|exe|dll|so|isa|srf',
  // PHP
  'php\\d*|phps|pht|phtml?|phar|hh|inc|module|ctp',
  // .NET and classic ASP
  'as[achmp]x?|axd|svc|soap|rem|xoml|rules|ce[rd]x?|cdx|idc|ida|idq|htr|[cv][sb]html?m?|mvc|rails|castle',
  // Java
  'jspx?|jsp[af]|jsw|jsv|jhtml|jsf|xhtml|faces|seam|do|action|page|direct',
  // ColdFusion, Domino, server-side JavaScript
  'cf[mcr]|cfml|cfswf|nsf|ns[45]|ssjs|sjs|njs',
].join('|')

/** Also `index.php.en` (Apache's mod_mime reads every extension) and `x.php~`. */
const script = new RegExp(`\\.(?:${extensions})(?![a-z0-9]).*$`)
/** Pages that a server may run too, and with what follows their name. */
const document = /\.(?:s?html?|shtm|stm)(?![a-z0-9])/
/** `/~user` (mod_userdir), and a front controller without its extension (MultiViews). */
const handler = /^(?:~.*|index|dispatch(?:er)?|front-?controller|invoker)$/
/** Folders in which every name may be a program, at any depth, with what follows it. */
const folders = [
  '(?:[fs]|fast-?)?cgi(?:[-_]?(?:bin|local|sys|win|exe|mod|shl|lib))?\\d?|php\\d?[-_]?(?:f?cgi|fpm|bin)',
  '(?:mod_)?(?:perl|python|ruby)(?:[-_]bin)?|(?:u?w|p)sgi(?:[-_]bin)?|isapi|pls|servlets?|faces|virtualhostroot',
].join('|')
const folder = new RegExp(`^(?:${folders})$`)
const anywhere = new RegExp(`/(?:${folders}|~|index|dispatch(?:er)?|front-?controller|invoker)(?:/|$)`, 'i')

/** Whether the name of a program, or a folder of programs, could stand in a path that is plainly spelled. */
export const mayNameProgram = (path: string): boolean => anywhere.test(path)

/** A script that serves what follows its name, under a front controller or as PATH_INFO (RFC 3875 4.1.5). */
export const isScript = (segment: string): boolean => segment.includes('.') && script.test(segment)

export const dropScriptExtension = (segment: string): string =>
  segment.includes('.') ? segment.replace(script, '') : segment

/** Whether a server could hand all that follows this segment to one program. */
export const handsOn = (segment: string): boolean =>
  segment.includes('.') ? script.test(segment) || document.test(segment) : handler.test(segment)

export const isProgramFolder = (segment: string): boolean => folder.test(segment)

/**
 * Values of the evidence inside of commands. PowerShell takes five signs as single quotes, so all are doubled; what cannot be seen
 * (controls, marks that turn text round) never stands in a command as it is, but as its number.
 */

/** Controls, lone surrogates, and every mark without a form of its own. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u
const singleQuotes = /['\u2018\u2019\u201a\u201b]/g

const literal = (text: string) => `'${text.replace(singleQuotes, '$&$&')}'`

/** `'it''s'`; with unseen characters `('a' + [char]0x202E + 'b')`. Always one value to PowerShell, never code. */
export function quotePowerShell(value: string): string {
  const parts: string[] = []
  let seen = ''
  for (const sign of value) {
    if (!unseen.test(sign)) {
      seen += sign
      continue
    }
    if (seen !== '') parts.push(literal(seen))
    seen = ''
    for (let at = 0; at < sign.length; at++)
      parts.push(`[char]0x${sign.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`)
  }
  if (parts.length === 0) return literal(seen)
  if (seen !== '') parts.push(literal(seen))
  // a text in front makes every plus a joining of texts
  return `(${parts[0]?.startsWith("'") ? '' : "'' + "}${parts.join(' + ')})`
}

/** `"a\"b"` for KQL; what cannot be seen as `\u202e`. */
export const quoteKql = (value: string): string => {
  let text = ''
  for (const sign of value) {
    if (sign === '\\' || sign === '"') text += `\\${sign}`
    else if (unseen.test(sign))
      for (let at = 0; at < sign.length; at++)
        text += `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`
    else text += sign
  }
  return `"${text}"`
}

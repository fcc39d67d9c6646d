/** Terms, case and patterns as KQL understands them. */
import { RE2JS } from 're2js'

/** Without regard to case: sign by sign, so that places stay what they are. */
export const fold = (text: string): string => {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : [...text].map((sign) => one(sign)).join('')
}
const one = (sign: string): string => {
  const lower = sign.toLowerCase()
  return lower.length === sign.length ? lower : sign
}

const isTermSign = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  if (code < 128)
    return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return /[\p{L}\p{N}]/u.test(String.fromCodePoint(text.codePointAt(at) ?? code))
}

/** True when `term` stands in `text` with no letter or digit against its asked ends. */
export function hasTerm(text: string, term: string, atStart: boolean, atEnd: boolean): boolean {
  if (term === '') return true
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
    const end = at + term.length
    const startsFree = !atStart || at === 0 || !isTermSign(text, at - 1) || !isTermSign(term, 0)
    const endsFree =
      !atEnd || end >= text.length || !isTermSign(text, end) || !isTermSign(term, term.length - 1)
    if (startsFree && endsFree) return true
  }
  return false
}

const compiled = new Map<string, RE2JS>()
/** A pattern in RE2's language, whose time is linear in the text; throws what is wrong with it. */
export function regexFor(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known) return known
  if (pattern.length > 4096) throw new Error('a pattern may have up to 4096 signs')
  const made = RE2JS.compile(pattern)
  if (compiled.size >= 64) compiled.delete(compiled.keys().next().value ?? '')
  compiled.set(pattern, made)
  return made
}

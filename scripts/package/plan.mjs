// What a package would hold, without making one: every file of the checkout that a pattern of the configuration takes in,
// and every pattern that takes in nothing. Patterns are those of electron-builder that we use: `**`, `*`, `{a,b}`, `!`.
import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

const escaped = (text) => text.replace(/[.+^$()|[\]\\]/g, '\\$&')
/** One of our patterns as a regular expression over paths with `/`. */
export function patternOf(glob) {
  const text = glob
    .split(/(\*\*\/\*|\*\*\/|\*\*|\*|\{[^}]*\})/)
    .map((part) => {
      if (part === '**/*' || part === '**') return '.*'
      if (part === '**/') return '(?:.*/)?'
      if (part === '*') return '[^/]*'
      if (part.startsWith('{')) return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`
      return escaped(part)
    })
    .join('')
  return new RegExp(`^${text}$`)
}

/** Files below `root` that the patterns take in, sorted, and the patterns that take in none. Dependencies are left to the packer. */
export function filesOf(root, patterns) {
  const wanted = patterns.filter((one) => !one.startsWith('!')).map((one) => [one, patternOf(one)])
  const left = patterns.filter((one) => one.startsWith('!')).map((one) => patternOf(one.slice(1)))
  const files = []
  const used = new Set()
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== '.git' && path !== 'out/packages') walk(path)
        continue
      }
      const found = wanted.filter(([, pattern]) => pattern.test(path))
      for (const [glob] of found) used.add(glob)
      if (found.length > 0 && !left.some((pattern) => pattern.test(path))) files.push(path)
    }
  }
  walk('')
  return {
    files: files.map((path) => path.replaceAll(sep, '/')).sort(),
    unused: wanted.flatMap(([glob]) => (used.has(glob) ? [] : [glob])),
  }
}

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const scripts = resolve(import.meta.dirname, '../../resources/powershell')
export const scriptNames = readdirSync(scripts)
  .filter((name) => name.endsWith('.ps1'))
  .sort()

/** The source text of `script-pins.ts` for the scripts as they lie there. */
export function pinsSource(): string {
  const lines = scriptNames.map((name) => {
    const key = /^[a-z]+\.ps1$/.test(name) ? `'${name}'` : JSON.stringify(name)
    return `  ${key}: '${createHash('sha256')
      .update(readFileSync(join(scripts, name)))
      .digest('hex')}',`
  })
  return `/** SHA-256 of each script in resources/powershell. Made by \`vitest run test/unit/acquire/script-text.test.ts -u\`. */
export const scriptPins = {
${lines.join('\n')}
} as const
`
}

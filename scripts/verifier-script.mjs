// The PowerShell verifier that lies beside a bundle: one file, put together from the parts in resources/verifier.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'resources', 'verifier')

/** The script as one text: plain ASCII, parts in the order of their numbers. */
export function verifierScript() {
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith('.ps1'))
    .sort()
  return parts.map((name) => readFileSync(join(folder, name), 'latin1').replaceAll('\r\n', '\n')).join('')
}

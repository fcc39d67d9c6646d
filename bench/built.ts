/** Bundles the pieces of work just as the product is bundled: what is measured is what users run, not sources that are read one by one. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** @returns the bundled `work.js`, with the threads it starts beside it */
export function builtWork(): string {
  const config = join(import.meta.dirname, 'vite.config.ts')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  execFileSync(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return join(root, 'out', 'bench', 'work.js')
}

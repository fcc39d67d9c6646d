import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const at = (path: string) => resolve(import.meta.dirname, '..', path)

// as electron.vite.config.ts bundles the main process
export default defineConfig({
  root: at('.'),
  build: {
    ssr: true,
    target: 'node22',
    outDir: at('out/bench'),
    emptyOutDir: true,
    minify: false,
    rolldownOptions: {
      external: ['better-sqlite3'],
      input: {
        work: at('bench/work.ts'),
        'parse-worker': at('src/workflow/ingest/parse-worker.ts'),
        'hash-worker': at('src/workflow/ingest/hash-worker.ts'),
        'age-worker': at('src/workflow/age-worker.ts'),
      },
    },
  },
  ssr: { noExternal: true },
})

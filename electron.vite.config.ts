import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (path: string) => resolve(import.meta.dirname, path)

// Entry points are not electron-vite's defaults, so each is named here.
export default defineConfig({
  main: {
    build: {
      // `dependencies` (better-sqlite3, which is native, and Microsoft's KQL parser, read as plain scripts) stay outside the bundle; everything else goes in.
      rolldownOptions: {
        input: {
          main: at('electron/main/main.ts'),
          'engine-process': at('electron/worker/engine-process.ts'),
          serve: at('src/serve/main.ts'),
          'engine-worker': at('src/engine/engine-worker.ts'),
          cli: at('src/cli/main.ts'),
          'parse-worker': at('src/workflow/ingest/parse-worker.ts'),
          'hash-worker': at('src/workflow/ingest/hash-worker.ts'),
          'query-worker': at('src/workflow/query/query-worker.ts'),
          'age-worker': at('src/workflow/age-worker.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false, // a sandboxed preload can only require('electron'), so the rest is bundled
      rolldownOptions: {
        input: { preload: at('electron/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' }, // the sandbox needs CommonJS
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [react()],
    build: {
      target: 'es2022', // also opened in a plain browser by `serve`
      minify: true,
      rolldownOptions: { input: at('renderer/index.html') },
    },
  },
})

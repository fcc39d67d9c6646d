import { resolve } from 'node:path'
import { defineConfig } from 'vite'

const at = (path: string) => resolve(import.meta.dirname, path)

// The verifier that lies beside a bundle: one file with everything in it, for whatever Node the receiver has.
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: at('src/standalone/verify-main.ts'),
    outDir: at('out/standalone'),
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: { output: { format: 'es', entryFileNames: 'verify.mjs', codeSplitting: false } },
  },
})

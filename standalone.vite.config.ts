import { resolve } from 'node:path'
import { defineConfig } from 'vite'
import { verifierScript } from './scripts/verifier-script.mjs'

const at = (path: string) => resolve(import.meta.dirname, path)

// The verifiers that lie beside a bundle, each one file with everything in it: for whatever Node the receiver has, and for
// Windows PowerShell where there is none.
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  plugins: [
    {
      name: 'verify.ps1',
      generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'verify.ps1', source: verifierScript() })
      },
    },
  ],
  build: {
    ssr: at('src/standalone/verify-main.ts'),
    outDir: at('out/standalone'),
    emptyOutDir: true,
    ssrEmitAssets: true,
    target: 'node20',
    rolldownOptions: { output: { format: 'es', entryFileNames: 'verify.mjs', codeSplitting: false } },
  },
})

// How the desktop app is packed: what goes in, for which systems, and which of Electron's switches are fixed in the program
// itself, so that nobody can turn them with an argument or a variable. Read by electron-builder and by the tests.
import { readFileSync } from 'node:fs'

const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

export const config = {
  appId: 'app.tasktrail.desktop',
  productName: 'Tasktrail',
  copyright: 'Apache-2.0',
  electronVersion: devDependencies.electron,
  directories: { output: 'out/packages' },
  // the built program and what it needs to run; no sources, no tests, no evidence
  files: [
    'package.json',
    'LICENSE',
    'out/main/**/*',
    'out/preload/**/*',
    'out/renderer/**/*',
    'out/standalone/**/*',
    '!**/*.map',
    '!node_modules/better-sqlite3/{deps,src}/**',
    '!node_modules/better-sqlite3/binding.gyp',
  ],
  // the scripts for hosts are read as files and compared with the hashes the program was built with
  extraResources: [{ from: 'resources/powershell', to: 'powershell' }],
  asar: true,
  asarUnpack: ['**/*.node'],
  // the native module brings its binaries for every system with it
  npmRebuild: false,
  nodeGypRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  win: { target: [{ target: 'portable', arch: ['x64', 'arm64'] }] },
  portable: { artifactName: 'Tasktrail-${version}-${arch}-portable.exe' },
  linux: {
    target: [{ target: 'AppImage', arch: ['x64', 'arm64'] }],
    category: 'Utility',
    synopsis: 'Rebuilds remote scheduled task creation from Windows evidence',
  },
  mac: {
    target: [{ target: 'dmg', arch: ['x64', 'arm64'] }],
    category: 'public.app-category.utilities',
    hardenedRuntime: true,
    gatekeeperAssess: false,
  },
  // nothing is uploaded anywhere, and no program looks for a newer one
  publish: null,
}

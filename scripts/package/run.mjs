// `npm run package [-- --win --linux --mac]`: packs the built app for this system, or for those named. `-- --dry` lists what
// would go in and makes nothing. A package is made without a network but for Electron's own program, whose hash
// electron-builder checks; signing keys of a system are taken where that system keeps them, and there is none by default.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { config } from './config.mjs'
import { filesOf } from './plan.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const asked = process.argv.slice(2)

if (asked.includes('--dry')) {
  const { files, unused } = filesOf(root, config.files)
  for (const path of files) console.log(path)
  for (const glob of unused) console.error(`nothing fits ${glob}`)
  process.exitCode = unused.some((glob) => glob.startsWith('out/main') || glob.startsWith('out/renderer'))
    ? 1
    : 0
} else {
  const { build, createTargets, Platform } = await import('electron-builder')
  const named = [
    ['--win', Platform.WINDOWS],
    ['--linux', Platform.LINUX],
    ['--mac', Platform.MAC],
  ].flatMap(([flag, platform]) => (asked.includes(flag) ? [platform] : []))
  const made = await build({
    projectDir: root,
    config,
    publish: 'never',
    ...(named.length > 0 ? { targets: createTargets(named) } : {}),
  })
  for (const path of made) console.log(path)
}

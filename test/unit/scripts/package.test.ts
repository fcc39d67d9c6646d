// What a package would hold is told without making one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { config } from '../../../scripts/package/config.mjs'
import { filesOf, patternOf } from '../../../scripts/package/plan.mjs'

describe('packages of the desktop app', () => {
  it('are a portable program for Windows, an AppImage and a dmg, and are sent nowhere', () => {
    const targets = (system: { target: readonly { target: string }[] }) =>
      system.target.map(({ target }) => target)
    expect(targets(config.win)).toEqual(['portable'])
    expect(targets(config.linux)).toEqual(['AppImage'])
    expect(targets(config.mac)).toEqual(['dmg'])
    expect(config.publish).toBeNull()
    expect(config.npmRebuild).toBe(false)
  })

  it('hold the built program, and no source, test, evidence or map', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tasktrail-package-'))
    const write = (path: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), '')
    }
    const built = [
      'LICENSE',
      'out/main/chunks/x.js',
      'out/main/main.js',
      'out/preload/preload.cjs',
      'out/renderer/assets/a.woff2',
      'out/renderer/index.html',
      'out/standalone/verify.mjs',
      'package.json',
    ]
    const left = [
      'out/main/main.js.map',
      'out/packages/old.exe',
      'out/mutation/report.json',
      'src/cli/main.ts',
      'test/a.test.ts',
      'shared/samples/Security.evtx',
      'node_modules/vite/index.js',
      'bench/latest.json',
    ]
    try {
      for (const path of [...built, ...left]) write(path)
      expect(filesOf(folder, config.files)).toEqual({ files: built, unused: [] })
      rmSync(join(folder, 'out/renderer'), { recursive: true })
      expect(filesOf(folder, config.files).unused).toEqual(['out/renderer/**/*'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('take patterns to the letter', () => {
    expect(patternOf('**/*.node').test('node_modules/a/b.node')).toBe(true)
    expect(patternOf('**/*.node').test('a.node')).toBe(true)
    expect(patternOf('a/{b,c}/**').test('a/b/x/y')).toBe(true)
    expect(patternOf('a/{b,c}/**').test('a/d/x')).toBe(false)
    expect(patternOf('out/*.js').test('out/main/x.js')).toBe(false)
    expect(patternOf('package.json').test('packageXjson')).toBe(false)
  })

  it('bring the scripts for hosts where the program looks for them', () => {
    const root = resolve(import.meta.dirname, '../../..')
    expect(config.extraResources).toEqual([{ from: 'resources/powershell', to: 'powershell' }])
    expect(filesOf(join(root, 'resources'), ['powershell/**/*']).files).toContain('powershell/bootstrap.ps1')
  })
})

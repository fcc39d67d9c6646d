import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rooms } from './rooms.ts'
import { listTree, readTree, root } from './source-files.ts'

const documents = listTree().filter((path) => path.endsWith('.md'))

/** Targets of a document's links inside the project, and files it names in code, that do not exist. */
function brokenIn(path: string, text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(path), target))
  const named = [
    ...text.matchAll(/`((?:src|test|docs|scripts|electron|renderer|resources)\/[\w./-]*\w)`/g),
  ].map(([, target = '']) => target)
  return [...links, ...named].filter((target) => !existsSync(join(root, target)))
}

describe('the documents', () => {
  it('are all there', () => {
    for (const name of ['README', 'ARCHITECTURE', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG'])
      expect(documents).toContain(`${name}.md`)
    expect(readTree('LICENSE')).toMatch(/Apache License\s+Version 2\.0[\s\S]*END OF TERMS AND CONDITIONS/)
  })

  it('name and link only what exists', () => {
    expect(brokenIn('docs/a.md', '[a](gone.md) `src/gone.ts` [b](../README.md) `src/base`')).toHaveLength(2)
    expect(documents.flatMap((path) => brokenIn(path, readTree(path) ?? ''))).toEqual([])
  })

  it('list every decision and every room', () => {
    const index = readTree('docs/adr/README.md')
    const decisions = documents.filter((path) => /^docs\/adr\/\d{4}-/.test(path))
    expect(decisions.length).toBeGreaterThanOrEqual(10)
    for (const path of decisions) {
      expect(index).toContain(`(${path.slice('docs/adr/'.length)})`)
      for (const part of ['Context', 'Options', 'Decision', 'Consequences'])
        expect(readTree(path), path).toContain(`\n## ${part}\n`)
    }
    const architecture = readTree('ARCHITECTURE.md')
    for (const [room, { opensOnto, runtime }] of Object.entries(rooms)) {
      const row = architecture?.split('\n').find((line) => line.startsWith(`| \`${room}\` |`)) ?? ''
      expect(row, room).not.toBe('')
      if (room === 'src/workflow') continue // "all of the above"
      const [, , , imports = '', runs = ''] = row.split('|').map((cell) => cell.trim())
      expect([room, imports.replace('–', '').split(', ').filter(Boolean).sort()]).toEqual([
        room,
        [...opensOnto].sort(),
      ])
      const named = { plain: 'plain', node: 'Node', electron: 'Electron', preload: 'preload', window: 'DOM' }
      expect([room, runs]).toEqual([room, named[runtime]])
    }
  })
})

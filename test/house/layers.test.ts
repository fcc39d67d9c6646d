import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judge } from './exceptions.ts'
import { findBreaches, findCycle, packages, roomOf, rooms } from './rooms.ts'
import { productFiles, root } from './source-files.ts'
import { importsOf } from './syntax.ts'

describe('the rooms of the house', () => {
  it('import each other only as the plan says', () => {
    const files = productFiles()
    expect(files.length).toBeGreaterThan(30)
    expect(judge('layers', findBreaches(files))).toEqual({ notAccepted: [], noLongerNeeded: [] })
  })

  it('form no cycle', () => {
    expect(findCycle()).toBeUndefined()
    const looped = {
      'src/a': { runtime: 'node', opensOnto: ['b'] },
      'src/b': { runtime: 'node', opensOnto: ['a'] },
    }
    expect(findCycle(looped as typeof rooms)).toBe('src/a > src/b > src/a')
  })

  it('name only rooms and packages that exist', () => {
    const known = Object.keys(rooms)
    for (const [name, { opensOnto }] of Object.entries(rooms))
      for (const other of opensOnto) expect(known, `${name} opens onto ${other}`).toContain(`src/${other}`)
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const installed = Object.keys({ ...dependencies, ...devDependencies })
    for (const [name, owners] of Object.entries(packages)) {
      expect(installed).toContain(name)
      for (const owner of owners) expect(known).toContain(owner)
    }
  })

  it('hold no package that nobody owns, but for the tools that build and test', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const tools =
      /^(@types\/.*|@axe-core\/playwright|@elastic\/ecs|ajv|ajv-formats|@biomejs\/biome|@vitejs\/plugin-react|electron-vite|fast-check|playwright-core|typescript|vite|vitest)$/
    const unplaced = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !packages[name] && !tools.test(name),
    )
    expect(unplaced).toEqual([])
  })

  it.each([
    ['a plain room that uses Node', 'src/domain/a.ts', "import { readFileSync } from 'node:fs'"],
    ['a builtin without its prefix', 'src/evtx/a.ts', "import fs from 'fs'"],
    ['a type-only import against the stream', 'src/base/a.ts', "import type { Sid } from '../domain/ids.ts'"],
    ['a re-export against the stream', 'src/chains/a.ts', "export * from '../events/read.ts'"],
    ['a dynamic import', 'src/evidence/a.ts', "const a = await import('../bundle/seal.ts')"],
    ['a type named by import()', 'src/domain/a.ts', "export type A = import('../evtx/chunk.ts').Chunk"],
    ['a worker named by its file', 'src/engine/a.ts', "new Worker(new URL('../evtx/a.ts', import.meta.url))"],
    ['a required package', 'src/report/a.ts', "const database = require('better-sqlite3')"],
    ['a package of another room', 'src/workflow/a.ts', "import Database from 'better-sqlite3'"],
    ['a package nobody owns', 'src/cli/a.ts', "import left from 'left-pad'"],
    ['React outside the window', 'src/report/a.tsx', "import { useState } from 'react'"],
    ['Electron in the core', 'src/engine/a.ts', "import { app } from 'electron'"],
    ['Electron in the worker', 'electron/worker/a.ts', "import { app } from 'electron'"],
    [
      'the window reaching the workflow',
      'renderer/a.tsx',
      "import { openCase } from '../src/workflow/open-case.ts'",
    ],
    ['the window using Node', 'renderer/views/a.tsx', "import { join } from 'node:path'"],
    ['the preload script using Node', 'electron/preload/a.ts', "import 'node:path'"],
    ['the main process reaching the engine', 'electron/main/a.ts', "import '../../src/engine/engine.ts'"],
    [
      'test code in the product',
      'src/workflow/a.ts',
      "import { builder } from '../../test/builders/evtx.ts'",
    ],
    ['a module named at run time', 'src/engine/a.ts', 'const a = await import(name)'],
    ['a file in no room', 'src/lost.ts', ''],
    ['a file in a new room', 'src/utils/a.ts', ''],
  ])('catch %s', (_what, path, text) => {
    expect(findBreaches([{ path, text }])).toHaveLength(1)
  })

  it('allow what the plan allows', () => {
    const allowed = [
      { path: 'src/chains/a.ts', text: "import type { Sid } from '../domain/ids.ts'\nimport './b.ts'" },
      { path: 'src/casefile/a.ts', text: "import Database from 'better-sqlite3'\nimport 'node:fs'" },
      { path: 'renderer/a.tsx', text: "import './a.css'\nimport { useState } from 'react'\nconst a = <b />" },
      {
        path: 'src/events/a.ts',
        text: "import table from '../../resources/events/table.json' with { type: 'json' }",
      },
      { path: 'src/cli/a.ts', text: "// import 'left-pad'\nconst text = `import 'left-pad'`" },
    ]
    expect(findBreaches(allowed)).toEqual([])
  })

  it('read every kind of import', () => {
    const text = `import a from 'a'; import type B from 'b'; export { c } from 'c'; export * as d from 'd'
      const e = () => import('e'); type F = import('f').F; import g = require('g'); import.meta.resolve('h')`
    expect(importsOf({ path: 'a.ts', text })).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(roomOf('renderer/views/a.tsx')).toBe('renderer')
  })
})

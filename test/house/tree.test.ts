import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allFiles, listTree, readTree, root } from './source-files.ts'
import { usesAny } from './syntax.ts'

/** A rule over the text of files: where a line matches, the file is named. */
interface TextRule {
  readonly pattern: RegExp
  readonly files: RegExp
  /** texts that must be caught, put together here so that this file itself stays clean */
  readonly caught: readonly string[]
}
const code = /^(src|electron|renderer|test|bench|scripts)\/.*\.[cm]?[jt]sx?$/
const everything = /./
const rules: Readonly<Record<string, TextRule>> = {
  'no path of somebody’s machine': {
    pattern:
      /\/wor[k]\/(main|shared|steering|\.)|\/far[m]\/|\/tm[p]\/[a-z]|\/hom[e]\/[a-z]+\/|[A-Z]:\\User[s]\\[a-z]+\\(src|git|proj)/,
    files: everything,
    caught: ['/wor', '/tm', '/hom'].map(
      (start, index) => start + ['k/main/src', 'p/build', 'e/jane/git'][index],
    ),
  },
  'no host of a package registry': {
    pattern: /(registry|deb|api|proxy)\.[a-z]+\.(org|com)/,
    files: /^(?!.*package-lock\.json$)/,
    caught: [`https://${'registry'}.example.org/left-pad`],
  },
  'no resolved address in a lock file': {
    pattern: /"resolved": "https?:/,
    files: /package-lock\.json$/,
    caught: ['      "resolved": "https://somewhere/left-pad.tgz"'],
  },
  'no test that is left out, alone or still to be written': {
    pattern: /\b(it|test|describe|suite)\.(skip|only|todo)\b(?!If)/,
    files: /^test\//,
    caught: ['skip', 'only', 'todo'].map((word) => `  it.${word}('reads a log', () => {})`),
  },
  'no unfinished work in the product': {
    pattern: /\b(TOD[O]|FIXM[E]|XX[X]|not implemente[d])\b/,
    files: /^(src|electron|renderer|resources)\//,
    caught: [`// ${'TOD'}O later`],
  },
  'no type check turned off': {
    pattern: /@ts-(ignor[e]|nochec[k])/,
    files: code,
    caught: [`// @ts-${'ignore'}`],
  },
  'no rule of the linter turned off without a reason beside it': {
    pattern: /biome-ignor[e](?!(-all|-start)? [\w/]+: \S+ \S+)/,
    files: code,
    caught: [`// biome-${'ignore'} lint/a/b`, `// biome-${'ignore'} lint/a/b: needed`],
  },
}

describe('the tree', () => {
  const tree = listTree()
  const texts = tree.flatMap((path) => {
    const isText = !/\.(png|jpe?g|ico|icns|woff2?|gz|zip|wasm|webp)$/i.test(path)
    const text = isText ? readTree(path) : undefined
    return text === undefined ? [] : [{ path, lines: text.split('\n') }]
  })

  it('is read at all', () => {
    expect(tree.length).toBeGreaterThan(50)
    expect(tree).toContain('package.json')
    expect(texts.length).toBeGreaterThan(50)
  })

  it('holds no evidence', () => {
    const evidence = /\.(evtx?|etl|pcap(ng)?|dmp|mem|e01|vhdx?|vmdk|dd|kdbx)$/i
    expect('case/Security.EVTX').toMatch(evidence)
    expect(tree.filter((path) => evidence.test(path))).toEqual([])
  })

  it('holds no file above 1.5 MB and nothing that is made from its sources', () => {
    const large = tree.filter(
      (path) => (statSync(join(root, path), { throwIfNoEntry: false })?.size ?? 0) > 1_500_000,
    )
    expect(large).toEqual([])
    expect(tree.filter((path) => /^(out|dist|node_modules|coverage|\.types)\//.test(path))).toEqual([])
  })

  it('types everything: no any', () => {
    expect(usesAny({ path: 'a.ts', text: 'const a: Array<any> = []' })).toBe(true)
    expect(usesAny({ path: 'a.ts', text: "const any = 'any' // : any" })).toBe(false)
    expect(
      allFiles()
        .filter(usesAny)
        .map(({ path }) => path),
    ).toEqual([])
  })

  it.each(Object.entries(rules))('has %s', (_what, { pattern, files, caught }) => {
    for (const text of caught) expect(text).toMatch(pattern)
    const found = texts
      .filter(({ path }) => files.test(path))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
      )
    expect(found).toEqual([])
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** The project's own files, as git knows them: tracked, or new and not ignored. */
export const root = resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** below the root, with forward slashes */
  readonly path: string
  readonly text: string
}

/** Paths of everything that is or would be committed. */
export function listTree(): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  return [...new Set(listed.split('\0'))].filter(Boolean).sort()
}

const isCode = (path: string) => /\.[cm]?[jt]sx?$/.test(path)
/** Text of a file; undefined when it was removed and the removal not yet committed. */
export function readTree(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}

function codeBelow(...folders: string[]): readonly SourceFile[] {
  return listTree()
    .filter((path) => isCode(path) && folders.some((folder) => path.startsWith(`${folder}/`)))
    .flatMap((path) => {
      const text = readTree(path)
      return text === undefined ? [] : [{ path, text }]
    })
}

/** The product: everything that must lie in a room. */
export const productFiles = (): readonly SourceFile[] => codeBelow('src', 'electron', 'renderer')
/** Product, tests, benchmarks and scripts. */
export const allFiles = (): readonly SourceFile[] =>
  codeBelow('src', 'electron', 'renderer', 'test', 'bench', 'scripts')

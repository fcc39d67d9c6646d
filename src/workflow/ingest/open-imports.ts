/**
 * Imports that have not come to their end, as the database keeps them: written before the first look at the evidence and
 * struck out after the last file, so that a stop or a crash at any moment leaves the case saying that it is not whole.
 */
import { resolve, sep } from 'node:path'
import type { CaseFile } from '../../casefile/case-file.ts'

export interface OpenImport {
  /** absolute */
  readonly paths: readonly string[]
  /** undefined: it was stopped while it looked for evidence */
  readonly files?: number
}

const key = 'open-imports'

export function openImports(casefile: CaseFile): readonly OpenImport[] {
  const text = casefile.meta(key)
  return text === undefined ? [] : (JSON.parse(text) as OpenImport[])
}

/** Notes that an import of `paths` goes on; one of the same paths takes the place of an earlier one. */
export function noteOpenImport(casefile: CaseFile, paths: readonly string[], files?: number): void {
  const absolute = paths.map((path) => resolve(path)).sort()
  const others = openImports(casefile).filter((one) => one.paths.join('\0') !== absolute.join('\0'))
  store(casefile, [...others, { paths: absolute, ...(files === undefined ? {} : { files }) }])
}

/** Strikes out every import that an import of `paths`, now whole, has covered. */
export function closeImports(casefile: CaseFile, paths: readonly string[]): void {
  const absolute = paths.map((path) => resolve(path))
  const covered = (path: string) =>
    absolute.some((whole) => path === whole || path.startsWith(whole.endsWith(sep) ? whole : whole + sep))
  store(
    casefile,
    openImports(casefile).filter((one) => !one.paths.every(covered)),
  )
}

function store(casefile: CaseFile, open: readonly OpenImport[]): void {
  if (open.length === 0) casefile.clearMeta(key)
  else casefile.setMeta(key, JSON.stringify(open))
}

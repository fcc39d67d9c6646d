import { SearchFileDamaged } from '../../casefile/search-files.ts'
import type { OpenCase } from '../open-case.ts'
import { RecordIndex } from './record-index.ts'

const indexes = new WeakMap<object, { revision: number; index: RecordIndex }>()

/** The index of a case, made when first needed and again after an import. */
export function indexOfCase(open: OpenCase): RecordIndex {
  const known = indexes.get(open.casefile)
  if (known && known.revision === open.casefile.revision) return known.index
  const index = RecordIndex.of(open.casefile)
  indexes.set(open.casefile, { revision: open.casefile.revision, index })
  return index
}

/** Asks, and asks once more without it when a search file turns out to be damaged on the way. */
export function withSearchFiles<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (!(error instanceof SearchFileDamaged)) throw error
    return ask()
  }
}

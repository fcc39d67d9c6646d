import type { EvidenceKind } from '../domain/evidence.ts'
import type { Problem } from '../domain/problem.ts'

/** A file worth taking, met in a folder, given by the operator, or inside an archive. Nothing of it is stored yet. */
export interface FoundFile {
  /** its own name without folders; evidence text, never a path */
  readonly name: string
  /** path as given, or `archive.zip!inner/name` */
  readonly origin: string
  readonly kind: EvidenceKind
  /** bytes; for an entry of an archive what the archive declares */
  readonly size: number
  /** the query a log was exported by, where that is known: it is filtered then, whatever its numbers look like */
  readonly query?: string | undefined
  /** only for a plain file on disk */
  readonly path?: string
  /**
   * Its bytes, from the start, each time it is called; also after the walk has ended. The stream throws SourceTrouble
   * when the file vanishes, cannot be read, or is not what its archive declares.
   */
  open(): Promise<AsyncIterable<Uint8Array>>
}

/** Trouble while the bytes of a found file were read: carries the problem to record. Other files are not concerned. */
export class SourceTrouble extends Error {
  override readonly name = 'SourceTrouble'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.what)
    this.problem = problem
  }
}

/** A problem about something met at `where`. */
export function sourceProblem(
  code: string,
  where: string,
  what: string,
  severity: Problem['severity'] = 'warning',
): Problem {
  return { code: `source.${code}`, severity, where, what }
}

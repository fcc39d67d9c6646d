import type { CaseFile } from '../../casefile/case-file.ts'
import type { Problem } from '../../domain/problem.ts'

/** Problems of sources and duplicates, each stored once: importing the same folder again tells nothing new. */
export class NotedProblems {
  readonly #casefile: CaseFile
  #known: Set<string> | undefined

  constructor(casefile: CaseFile) {
    this.#casefile = casefile
  }

  /** Stores the problem with `item`, or with none, unless the case has just this one already. */
  note(item: number | null, problem: Problem): void {
    this.#known ??= new Set(this.#casefile.problems().map(keyOf))
    const key = keyOf(problem)
    if (this.#known.has(key)) return
    this.#casefile.insertProblem(item, problem)
    this.#known.add(key)
  }
}

const keyOf = ({ code, evidenceId, where, what }: Problem) =>
  JSON.stringify([code, evidenceId ?? null, where, what])

import type { ProblemShape } from '../../../src/contract/shapes.ts'

export interface ProblemGroup {
  readonly code: string
  readonly severity: ProblemShape['severity']
  readonly problems: readonly ProblemShape[]
  /** what may not be concluded while these stand */
  readonly limits: string
}

/** By beginning of the code, the most particular first. */
const limits: readonly (readonly [string, string])[] = [
  ['evtx.log.cleared', 'Records before the clearing are gone. Absence before it proves nothing.'],
  ['evtx.log.filtered', 'Absence of a record in this log proves nothing.'],
  ['evtx.record.duplicate', 'Each record counts once. No answer changes.'],
  ['evtx.record.stale', 'Recovered records count in no answer.'],
  ['evtx.record.', 'The record could not be read whole. A no that rests on this log is weaker by it.'],
  ['evtx.chunk.', 'Records of this chunk may be missing. A no that rests on this log is weaker by it.'],
  ['evtx.file.', 'The file could not be read whole. Absence of a record in it proves nothing.'],
  ['tasks.', 'The task definition was not read. What the task runs rests on event records alone.'],
  ['host.', 'Facts of the host are missing. Its clock and its audit policy rest on records alone.'],
  ['archive.', 'What is in the archive was not read whole. Absence of a file in it proves nothing.'],
  ['source.', 'This was not imported. Absence of what it holds proves nothing.'],
  ['import.evidence.duplicate', 'The same bytes are kept once. No answer changes.'],
  ['import.', 'The import is not whole. Absence of a record proves nothing until it is.'],
  ['evidence.', 'The stored evidence is in doubt. Check the custody journal before resting anything on it.'],
  ['bundle.', 'The bundle is in doubt. Verify it before resting anything on it.'],
]

const weight: Readonly<Record<ProblemShape['severity'], number>> = { error: 0, warning: 1, info: 2 }

const limitOf = (code: string, severity: ProblemShape['severity']): string =>
  limits.find(([start]) => code.startsWith(start))?.[1] ??
  (severity === 'info'
    ? 'No answer changes.'
    : 'What it concerns may be missing. A no that rests on it is weaker by it.')

/** Problems by code, the gravest first, then by code; inside a group in the order they were recorded. */
export function groupProblems(problems: readonly ProblemShape[]): readonly ProblemGroup[] {
  const groups = new Map<string, ProblemShape[]>()
  for (const problem of problems) {
    const group = groups.get(problem.code)
    if (group) group.push(problem)
    else groups.set(problem.code, [problem])
  }
  return [...groups]
    .map(([code, members]): ProblemGroup => {
      const severity = members.reduce<ProblemShape['severity']>(
        (worst, each) => (weight[each.severity] < weight[worst] ? each.severity : worst),
        'info',
      )
      return { code, severity, problems: members, limits: limitOf(code, severity) }
    })
    .sort((a, b) => weight[a.severity] - weight[b.severity] || (a.code < b.code ? -1 : 1))
}

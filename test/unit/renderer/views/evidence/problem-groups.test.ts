import { expect, test } from 'vitest'
import { groupProblems } from '../../../../../renderer/views/evidence/problem-groups.ts'
import type { ProblemShape } from '../../../../../src/contract/shapes.ts'

const problem = (code: string, severity: ProblemShape['severity']): ProblemShape => ({
  code,
  severity,
  evidenceId: null,
  where: 'here',
  what: 'something',
})

test('problems of one code stand together, the gravest group first, whatever their order', () => {
  const all = [
    problem('import.evidence.duplicate', 'info'),
    problem('evtx.chunk.bad-magic', 'warning'),
    problem('evtx.file.truncated', 'error'),
    problem('evtx.chunk.bad-magic', 'warning'),
  ]
  const shape = (problems: readonly ProblemShape[]) =>
    groupProblems(problems).map((group) => [group.code, group.severity, group.problems.length])
  expect(shape(all)).toEqual([
    ['evtx.file.truncated', 'error', 1],
    ['evtx.chunk.bad-magic', 'warning', 2],
    ['import.evidence.duplicate', 'info', 1],
  ])
  expect(shape([...all].reverse())).toEqual(shape(all))
})

test('every group says what it limits, also a code nobody has words for', () => {
  for (const code of ['evtx.record.unreadable', 'tasks.xml.cut', 'never.seen.before'])
    expect(groupProblems([problem(code, 'error')])[0]?.limits).toMatch(/no |Absence|not read/)
  expect(groupProblems([problem('never.seen.before', 'info')])[0]?.limits).toBe('No answer changes.')
})

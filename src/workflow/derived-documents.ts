/** What a bundle holds besides evidence, timeline and chains: answers for every chain, the IOC table, the tasks, and what people stated. */
import type { DerivedFile } from '../bundle/contents.ts'
import { iocsCsv } from '../report/iocs-csv.ts'
import { marksOf } from './analyst-marks.ts'
import { findCaseChains } from './find-chains.ts'
import { listTasks, taskHosts, taskTroubles } from './list-tasks.ts'
import { makeReport } from './make-report.ts'
import type { OpenCase } from './open-case.ts'
import { answersOfChain, evidenceAnswers, iocsOfCase } from './playbook-answers.ts'

/** @param includesCase with ticks, notes, disposition, clocks and allow-list; else from the evidence alone */
export const derivedDocuments = (
  open: OpenCase,
  includesCase: boolean,
  caseNumber: string,
): readonly DerivedFile[] => [
  { name: 'answers.json', kind: 'answers', bytes: () => answersJsonText(open, includesCase) },
  {
    name: 'iocs.csv',
    kind: 'iocs',
    bytes: (exhibits) => [encoder.encode(iocsCsv(iocsOfCase(open).iocs, exhibits))],
  },
  { name: 'tasks.json', kind: 'tasks', bytes: () => tasksJsonText(open) },
  {
    name: 'report.html',
    kind: 'report',
    async *bytes(exhibits) {
      const wish = { format: 'html', includeCase: includesCase, caseNumber, exhibits } as const
      yield encoder.encode(await makeReport(open, wish))
    },
  },
]

const encoder = new TextEncoder()

/** One chain a line, so that a case of many chains is never one text in memory. */
function* answersJsonText(open: OpenCase, includesCase: boolean): Generator<Uint8Array> {
  const head = { schema: 'tasktrail-case-answers/1', includesCase }
  yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},"answers":[`)
  let between = '\n'
  for (const chain of findCaseChains(open)) {
    const document = includesCase ? answersOfChain(open, chain) : evidenceAnswers(open, chain)
    yield encoder.encode(between + JSON.stringify(document))
    between = ',\n'
  }
  yield encoder.encode('\n]}\n')
}

function* tasksJsonText(open: OpenCase): Generator<Uint8Array> {
  const head = { schema: 'tasktrail-tasks/1', hosts: taskHosts(open), troubles: taskTroubles(open) }
  yield encoder.encode(`${JSON.stringify(head).slice(0, -1)},"tasks":[`)
  let between = '\n'
  for (const task of listTasks(open)) {
    yield encoder.encode(between + JSON.stringify(task))
    between = ',\n'
  }
  yield encoder.encode('\n]}\n')
}

/** Every mark in order, those taken back too: who, when, what, why. */
export const analystLines = (open: OpenCase): readonly unknown[] =>
  marksOf(open).all.map(({ id, author, at, statement, isUndone }) => ({
    mark: id,
    by: author,
    at,
    undone: isUndone,
    statement,
  }))

/** The definitions of one task as they stand in the evidence, as text. */

import type { EvidenceId } from '../../domain/ids.ts'
import type { TaskCitation, TaskEntry } from '../../domain/task-entry.ts'
import type { OpenCase } from '../open-case.ts'
import { readingOfListed, readingOfRecord, readTaskFile, type Sightings } from './sightings.ts'

/** UTF-16 units of one text, and of all together */
const longest = 256 << 10
const longestOfAll = 2 << 20

export function definitionTexts(open: OpenCase, sightings: Sightings, task: TaskEntry) {
  const texts: { from: string; citation: TaskCitation; text: string; cut: boolean }[] = []
  let left = longestOfAll
  for (const { from, view, citation } of task.definitions) {
    const whole = textOf(open, sightings, view, citation)
    if (whole === undefined || left <= 0) continue
    const text = whole.slice(0, Math.min(longest, left))
    left -= text.length
    texts.push({ from, citation, text, cut: text.length < whole.length })
  }
  return texts
}

function textOf(
  open: OpenCase,
  sightings: Sightings,
  view: TaskEntry['definitions'][number]['view'],
  citation: TaskCitation,
): string | undefined {
  if (view === 'event' && 'recordId' in citation) return readingOfRecord(open, citation).text
  if (view === 'file') return readTaskFile(open.store.pathOf(citation.evidenceId as EvidenceId)).text
  if (view !== 'service') return undefined
  const listed = sightings.listed.find(
    (one) => one.evidenceId === citation.evidenceId && one.task.offset === citation.offset,
  )
  return listed && readingOfListed(open, listed).text
}

import type { Problem } from '../domain/problem.ts'
import type { Detection } from './detect.ts'
import { sourceProblem } from './found-file.ts'

/** The problem for a file that is not taken; undefined for one that is. */
export function leftOut(detection: Detection, where: string): Problem | undefined {
  switch (detection.kind) {
    case 'empty':
      return sourceProblem('file.empty', where, 'The file is empty: nothing can be read from it.')
    case 'legacy-evt':
      return sourceProblem(
        'file.legacy-evt',
        where,
        'A Windows NT 5 event log (.evt, Windows XP and Server 2003), which is another format than .evtx. Convert it on a spare machine: wevtutil epl FILE.evt FILE.evtx /lf:true, or Event Viewer, Save All Events As. Then import the result.',
      )
    case 'foreign':
      return sourceProblem(
        'file.foreign',
        where,
        `Left out: it looks like ${detection.looksLike}, not like an event log, a task definition or host facts.`,
        'info',
      )
    default:
      return undefined
  }
}

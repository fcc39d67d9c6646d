/** What is said of stale records that are framed and yet not offered as recovered. */
import type { StaleReason } from '../evtx/recovered.ts'
import type { LogSummary } from './ingest/log-summary.ts'

const words: Readonly<Record<StaleReason, string>> = {
  'no-template': 'have no template, so nothing shows that their names are their own',
  broken: 'are overwritten in part',
  'template-id': 'point to a template that is not theirs any more',
  definition: 'point to a template that does not stand inside a whole record',
  name: 'use a name that was overwritten',
  values: 'have no time, no event id or broken words',
}

/** One sentence for a number of logs; undefined when nothing was left out. */
export function staleLeftOut(
  logs: readonly Pick<LogSummary, 'unrecoverable' | 'unrecoverableBy'>[],
): string | undefined {
  const all = logs.reduce((sum, { unrecoverable = 0 }) => sum + unrecoverable, 0)
  if (all === 0) return undefined
  const parts = (Object.keys(words) as StaleReason[]).flatMap((reason) => {
    const count = logs.reduce((sum, { unrecoverableBy }) => sum + (unrecoverableBy?.[reason] ?? 0), 0)
    return count > 0 ? [`${count} ${words[reason]}`] : []
  })
  return `${all} more stale records are not offered, because their values might stand under the names of others${parts.length > 0 ? `: ${parts.join('; ')}` : ''}.`
}

/**
 * Reads ahead what filters need of a case, while nobody waits: dictionaries, block values and postings, segment by segment, as much
 * as is kept in memory anyway. Gives way to other work after each part. A filter asked meanwhile makes what it needs itself.
 */
import { setImmediate as othersFirst } from 'node:timers/promises'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { placeKeys } from './records/postings.ts'

/** Ends early when the case changes or closes, and when `stopped` says so. */
export async function warmCase(open: OpenCase, stopped: () => boolean): Promise<void> {
  const { casefile } = open
  const { revision } = casefile
  if (warmed.get(casefile) === revision) return
  warmed.set(casefile, revision)
  const index = indexOfCase(open)
  const fields = placeKeys.filter((key) => key !== 'text')
  // free text gains least, and takes the most room
  for (const keys of [fields, ['text'] as const])
    for (const segment of index.segments)
      for (const key of keys) {
        await othersFirst()
        if (stopped() || !casefile.isOpen || casefile.revision !== revision || index.cache.isNearlyFull)
          return
        segment.postings(key)
      }
}

const warmed = new WeakMap<object, number>()

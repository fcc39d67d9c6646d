/**
 * Makes ready what filters need of a case, while nobody waits: search files of large logs, once for all; the texts of all other
 * values and their postings, segment by segment, as much as is kept in memory anyway. Gives way to other work after each part. A
 * filter asked meanwhile makes what it needs itself.
 */
import { setImmediate as othersFirst } from 'node:timers/promises'
import type { OpenCase } from './open-case.ts'
import { indexOfCase } from './records/index-of-case.ts'
import { placeKeys } from './records/postings.ts'
import { storeSearch } from './records/store-search.ts'

/** Ends early when the case changes or closes, and when `stopped` says so. */
export async function warmCase(open: OpenCase, stopped: () => boolean): Promise<void> {
  const { casefile } = open
  const { revision } = casefile
  if (warmed.get(casefile) === revision) return
  warmed.set(casefile, revision)
  const index = indexOfCase(open)
  const isChanged = async () => {
    await othersFirst()
    return stopped() || !casefile.isOpen || casefile.revision !== revision
  }
  if (casefile.isWritable) await storeSearch(casefile, index, isChanged)
  if (await isChanged()) return
  const isOver = async () => (await isChanged()) || index.cache.isNearlyFull
  const others = index.segments.filter(({ stored }) => !stored)
  const fields = placeKeys.filter((key) => key !== 'text')
  const texts = index.newTexts()
  let hasRoom = true
  for (const segment of others) {
    if (await isOver()) break
    hasRoom &&= segment.keepTexts(texts)
    index.cache.hold(texts.bytes)
    for (const key of fields) {
      if (await isOver()) break
      segment.postings(key)
    }
  }
  texts.seal()
  index.cache.hold(texts.bytes)
  // free text gains least by postings, and takes the most room
  for (const segment of others) {
    if (await isOver()) return
    segment.postings('text')
  }
}

const warmed = new WeakMap<object, number>()

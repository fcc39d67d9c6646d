// How a procedure gets at a case: for a look, alone for a change, for an act of a person, or for long work.
import { implement } from '@orpc/server'
import { contract } from '../contract/contract.ts'
import type { CaseSummary } from '../contract/shapes.ts'
import type { MarkStatement } from '../domain/marks.ts'
import type { OnProgress } from '../domain/progress.ts'
import { addMark } from '../workflow/analyst-marks.ts'
import { type OpenCase, openCase } from '../workflow/open-case.ts'
import { summariseCase } from '../workflow/summarise-case.ts'
import { answerError } from './answer-errors.ts'
import { asShape } from './as-shape.ts'
import type { EngineContext } from './context.ts'
import type { JobFacts } from './running-jobs.ts'
import { streamJob } from './stream-job.ts'

export const api = implement(contract)
  .$context<EngineContext>()
  .use(async ({ next, signal }) => {
    try {
      return await next()
    } catch (error) {
      throw answerError(error, signal?.aborted ?? false)
    }
  })

/** Runs one piece of work in an open case; a case closed for room opens again for it. */
export const inCase = <T>(context: EngineContext, caseId: string, work: (open: OpenCase) => T | Promise<T>) =>
  context.cases.within(
    caseId,
    (dir) => openCase(dir, { operator: context.operator, now: context.now }),
    async (open) => asShape(await work(open)),
  )

/** The same for work that changes the case or needs it at rest. */
export const inCaseAlone = <T>(
  context: EngineContext,
  caseId: string,
  what: string,
  work: (open: OpenCase) => Promise<T>,
) =>
  context.cases.alone(
    caseId,
    what,
    (dir) => openCase(dir, { operator: context.operator, now: context.now }),
    async (open) => asShape(await work(open)),
  )

const inWords = { import: 'an import', acquisition: 'an acquisition', sealing: 'a sealing' } as const
/** Work in one case that a page which was loaded anew may take up again. */
export const keptJob = <T>(
  context: EngineContext,
  signal: AbortSignal | undefined,
  facts: JobFacts,
  work: (open: OpenCase, how: { signal: AbortSignal; onProgress: OnProgress }) => Promise<T>,
) =>
  streamJob(
    context,
    signal,
    (onProgress, stop) =>
      inCaseAlone(context, facts.caseId, inWords[facts.what], (open) =>
        work(open, { signal: stop, onProgress }),
      ),
    facts,
  )

const stating = new Map<string, Promise<unknown>>()
/** Keeps one act of a person. Acts on one case wait for each other; none is kept while an import writes. */
export function state(
  context: EngineContext,
  caseId: string,
  by: string | undefined,
  say: (open: OpenCase) => MarkStatement,
) {
  const before = stating.get(caseId) ?? Promise.resolve()
  const kept = before
    .catch(() => {}) // its own caller has heard of it
    .then(() =>
      inCaseAlone(context, caseId, 'a note', async (open) => {
        const { id: mark, author, at } = await addMark(open, say(open), by)
        return { mark, by: author, at }
      }),
    )
  stating.set(caseId, kept)
  return kept.finally(() => {
    if (stating.get(caseId) === kept) stating.delete(caseId)
  })
}

/** The case's summary under the key the window knows it by, which differs from its id only for a second copy. */
export const summary = async (open: OpenCase, key: string): Promise<CaseSummary> => ({
  ...asShape(await summariseCase(open)),
  caseId: key,
})

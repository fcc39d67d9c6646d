import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Cancelled, Refusal } from '../../../src/base/refusal.ts'
import type { Progress } from '../../../src/domain/progress.ts'
import { RunningJob, RunningJobs } from '../../../src/engine/running-jobs.ts'
import { attachJob, streamJob } from '../../../src/engine/stream-job.ts'

const progress = (done: number): Progress => ({
  phase: 'Reading',
  step: 'parse',
  done,
  total: 100,
  unit: 'records',
  rate: null,
  remainingSeconds: null,
})
const freshEngine = () => {
  const stopping = new AbortController()
  return { jobs: new Set<Promise<unknown>>(), stopping: stopping.signal, stop: () => stopping.abort() }
}
/** Reads a stream to its end. */
async function read<T>(stream: AsyncGenerator<Progress, T>): Promise<{ seen: number[]; result: T }> {
  const seen: number[] = []
  for (;;) {
    const turn = await stream.next()
    if (turn.done) return { seen, result: turn.value }
    seen.push(turn.value.done)
  }
}

describe('long work as a stream', () => {
  it('yields the first progress at once, then about ten a second, and always the last', async () => {
    const began = performance.now()
    const { seen, result } = await read(
      streamJob(freshEngine(), undefined, async (tell) => {
        for (let done = 1; done <= 60; done++) {
          tell(progress(done))
          await sleep(10)
        }
        return 'whole'
      }),
    )
    const tenths = (performance.now() - began) / 100
    expect(result).toBe('whole')
    expect(seen[0]).toBe(1)
    expect(seen.at(-1)).toBe(60)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(seen.length).toBeGreaterThanOrEqual(4)
    expect(seen.length).toBeLessThanOrEqual(tenths + 2)
  })

  it('returns the result of work that says nothing', async () => {
    expect(await read(streamJob(freshEngine(), undefined, async () => 7))).toEqual({ seen: [], result: 7 })
  })

  it('does not wait for the next tenth of a second when the work has ended', async () => {
    const ended: string[] = []
    const tenth = sleep(95).then(() => ended.push('tenth'))
    await read(
      streamJob(freshEngine(), undefined, async (tell) => {
        tell(progress(1))
        await sleep(5)
        return 0
      }),
    )
    ended.push('work')
    await tenth
    // timers fire in their order on a slow machine too
    expect(ended).toEqual(['work', 'tenth'])
  })

  it('makes a refusal of the work a typed error', async () => {
    const job = streamJob(freshEngine(), undefined, async () => {
      throw new Refusal('case.folder.locked', 'The case is open elsewhere.', 'Close it there.', { pid: 7 })
    })
    await expect(job.next()).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'The case is open elsewhere.',
      data: { code: 'case.folder.locked', remedy: 'Close it there.', facts: { pid: 7 } },
    })
  })

  it('makes stopped work CANCELLED, and waits until it has ended', async () => {
    const stop = new AbortController()
    let ended = false
    const job = streamJob(freshEngine(), stop.signal, async (tell, signal) => {
      tell(progress(1))
      await sleep(10_000, undefined, { signal }).catch(() => {})
      await sleep(30)
      ended = true
      throw new Cancelled()
    })
    await job.next()
    stop.abort()
    await expect(job.next()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(ended).toBe(true)
  })

  it('does not begin work that was stopped before', async () => {
    let began = false
    const job = streamJob(freshEngine(), AbortSignal.abort(), async () => {
      began = true
    })
    await expect(job.next()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(began).toBe(false)
  })

  it('stops the work when its reader leaves, and ends only with it', async () => {
    let ended = false
    const engine = freshEngine()
    const work = async (tell: (now: Progress) => void, signal: AbortSignal) => {
      tell(progress(1))
      await sleep(10_000, undefined, { signal }).catch(() => {})
      ended = true
    }
    for await (const _ of streamJob(engine, undefined, work)) break
    expect(ended).toBe(true)
    expect(engine.jobs.size).toBe(0)
  })

  it('the end of the engine stops the work, and the engine can wait for it', async () => {
    const engine = freshEngine()
    let ended = false
    const job = streamJob(engine, undefined, async (tell, signal) => {
      tell(progress(1))
      await sleep(10_000, undefined, { signal }).catch(() => {})
      await sleep(20)
      ended = true
      throw new Cancelled()
    })
    await job.next()
    const rest = job.next().catch((error: unknown) => error)
    engine.stop()
    await Promise.all(engine.jobs)
    expect(ended).toBe(true)
    expect(await rest).toMatchObject({ code: 'CANCELLED' })
  })
})

describe('work whose page has gone', () => {
  const kept = () => {
    const gone = new AbortController()
    return { ...freshEngine(), running: new RunningJobs(), gone: gone.signal, leave: () => gone.abort() }
  }
  const facts = { what: 'import', caseId: 'c' } as const

  it('goes on, is taken up by the next page, and gives it the result', async () => {
    const engine = kept()
    let finish = () => {}
    const finished = new Promise<void>((done) => {
      finish = done
    })
    const page = new AbortController()
    const first = streamJob(
      engine,
      page.signal,
      async (tell, stop) => {
        tell(progress(1))
        await finished
        return stop.aborted ? 'stopped' : 'whole'
      },
      facts,
    )
    expect((await first.next()).value).toMatchObject({ done: 1 })
    engine.leave()
    page.abort()
    await expect(first.next()).rejects.toThrow()
    const [job] = engine.running.list()
    expect(job).toMatchObject(facts)
    const second = attachJob({ ...engine, gone: new AbortController().signal }, job?.id ?? '', undefined)
    const end = second.next()
    finish()
    expect(await end).toEqual({ done: true, value: 'whole' })
    expect(engine.running.list()).toEqual([])
    await expect(attachJob(engine, job?.id ?? '', undefined).next()).rejects.toThrow('ended meanwhile')
  })

  it('is stopped by a Stop, and by the next page too', async () => {
    for (const reloaded of [false, true]) {
      const engine = kept()
      const page = new AbortController()
      let aborted = false
      const first = streamJob(
        engine,
        page.signal,
        async (tell, stop) => {
          tell(progress(1))
          await new Promise<void>((done) => stop.addEventListener('abort', () => done()))
          aborted = true
          throw new Cancelled()
        },
        facts,
      )
      await first.next()
      if (reloaded) {
        engine.leave()
        page.abort()
        await expect(first.next()).rejects.toThrow()
        expect(aborted).toBe(false)
        const next = new AbortController()
        const second = attachJob(
          { ...engine, gone: new AbortController().signal },
          engine.running.list()[0]?.id ?? '',
          next.signal,
        )
        const end = second.next()
        next.abort()
        await expect(end).rejects.toThrow()
      } else {
        page.abort()
        await expect(first.next()).rejects.toThrow()
      }
      expect(aborted).toBe(true)
    }
  })

  it('is stopped when no page takes it up within a while', async () => {
    const job = new RunningJob(facts, new AbortController().signal, async (_tell, stop) => {
      await new Promise<void>((done) => stop.addEventListener('abort', () => done()))
      return 'stopped'
    })
    job.look()
    job.leave(1)
    expect(await job.result).toBe('stopped')
  })
})

/**
 * Looking at hosts and taking their evidence: goes on while other views are shown. A password is never part of this
 * state: it is handed through from the field to the request, and the field is emptied.
 */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Progress } from '../../src/contract/shapes.ts'
import type { Api } from '../api/client.ts'
import { troubleOf } from '../api/trouble.ts'
import {
  afterHosts,
  afterProgress,
  changeHost,
  freshHost,
  type HostRun,
  type HostRuns,
  type Outcome,
  phaseOf,
} from './host-runs.ts'
import { edited } from './plan-edit.ts'
import { useApi, useWindow } from './window-state.tsx'
import { tellWindows } from './window-sync.ts'

type PreflightInput = Parameters<Api['acquire']['preflight']>[0]
/** What is asked for all hosts alike, without a password. */
export type AcquireWish = Omit<PreflightInput, 'host' | 'secret'>

export interface AcquireState {
  /** case the evidence goes into; null before the first look */
  readonly caseId: string | null
  readonly wish: AcquireWish | null
  readonly runs: HostRuns
  readonly looking: boolean
  /** words for the status bar while evidence is taken */
  readonly taking: string | null
  readonly stopping: boolean
  /** changes which artifacts are taken; nothing is asked of any host */
  editPlan(edit: { with: string[]; without: string[] }): void
  look(hosts: readonly string[], wish: AcquireWish, secret: string | undefined): void
  take(hosts: readonly string[], parallel: number, secret: string | undefined): void
  resume(host: string, wish: AcquireWish, secret: string | undefined): void
  stop(): void
  /** forgets what was shown; nothing of a case is touched */
  reset(): void
}

const Context = createContext<AcquireState | null>(null)
export function useAcquire(): AcquireState {
  const state = useContext(Context)
  if (!state) throw new Error('useAcquire outside of the window')
  return state
}

/** so many hosts are looked at side by side */
const looks = 4

export function AcquireProvider(props: { children: ReactNode }) {
  const api = useApi()
  const { caseSummary, refresh } = useWindow()
  const [caseId, setCaseId] = useState<string | null>(null)
  const [wish, setWish] = useState<AcquireWish | null>(null)
  const [runs, setRuns] = useState<HostRuns>([])
  const [stopping, setStopping] = useState(false)
  const running = useRef<AbortController>(undefined)
  const openCase = caseSummary?.caseId ?? null
  const refreshed = useRef(refresh)
  refreshed.current = refresh

  const begin = useCallback(() => {
    const stop = new AbortController()
    running.current = stop
    setStopping(false)
    return stop
  }, [])
  const end = useCallback((stop: AbortController) => {
    if (running.current === stop) running.current = undefined
    setStopping(false)
  }, [])
  const set = useCallback(
    (host: string, over: Partial<HostRun>) => setRuns((before) => changeHost(before, host, over)),
    [],
  )

  const look = useCallback(
    async (hosts: readonly string[], how: AcquireWish, secret: string | undefined) => {
      if (running.current || openCase === null) return
      const stop = begin()
      setCaseId(openCase)
      setWish(how)
      setRuns(hosts.map((host) => ({ ...freshHost(host), state: 'waiting' })))
      const asked = hosts.values()
      const worker = async () => {
        for (const host of asked) {
          if (stop.signal.aborted) {
            set(host, { state: 'unseen' })
            continue
          }
          set(host, { state: 'looking' })
          try {
            const stream = await api.acquire.preflight(
              { ...how, host, ...(secret === undefined ? {} : { secret }) },
              { signal: stop.signal },
            )
            const report = await follow(stream, (progress) => set(host, { progress }))
            set(host, { state: 'seen', report, progress: undefined })
          } catch (error) {
            const trouble = troubleOf(error)
            const stopped = stop.signal.aborted || trouble.kind === 'cancelled'
            set(host, stopped ? { state: 'unseen' } : { state: 'unreachable', trouble })
          }
        }
      }
      await Promise.all(Array.from({ length: Math.min(looks, hosts.length) }, worker))
      end(stop)
    },
    [api, openCase, begin, end, set],
  )

  const run = useCallback(
    async (
      hosts: readonly string[],
      open: (signal: AbortSignal) => Promise<AsyncIterator<Progress, Outcome[]>>,
    ) => {
      const stop = begin()
      for (const host of hosts)
        set(host, {
          state: 'queued',
          progress: undefined,
          trouble: undefined,
          result: undefined,
          reached: undefined,
        })
      try {
        const outcomes = await follow(await open(stop.signal), (progress) =>
          setRuns((before) => afterProgress(before, hosts, progress)),
        )
        setRuns((before) => afterHosts(before, outcomes))
      } catch (error) {
        const trouble = troubleOf(error)
        const stopped = stop.signal.aborted || trouble.kind === 'cancelled'
        setRuns((before) =>
          before.map((each) =>
            !hosts.includes(each.host) || phaseOf(each) !== 'taking'
              ? each
              : { ...each, ...(stopped ? { state: 'stopped' } : { state: 'failed', trouble }) },
          ),
        )
      } finally {
        end(stop)
        // whatever arrived is in the case now; a case that was left meanwhile is asked again when it is opened
        refreshed.current().catch(() => {})
        if (openCase !== null) tellWindows(openCase, 'evidence')
      }
    },
    [begin, end, set, openCase],
  )
  // an acquisition that the page before this one began goes on: it is taken up where it is
  const took = useRef(false)
  useEffect(() => {
    if (took.current || openCase === null) return
    took.current = true
    const takeUp = async () => {
      const found = (await api.jobs.list()).find(
        (each) => each.what === 'acquisition' && each.caseId === openCase,
      )
      const hosts = found?.hosts ?? []
      const [host] = hosts
      if (!found || host === undefined) return
      setCaseId(openCase)
      setRuns(hosts.map((each) => ({ ...freshHost(each), state: 'queued' })))
      await run(hosts, async (signal) => {
        const stream = await api.jobs.attach({ job: found.id }, { signal })
        return hosts.length > 1
          ? (stream as AsyncIterator<Progress, Outcome[]>)
          : one(host, stream as AsyncIterator<Progress, NonNullable<Outcome['result']>>)
      })
    }
    // without an answer there is nothing to take up, and whoever asks next is told why
    takeUp().catch(() => {})
  }, [api, openCase, run])

  const take = useCallback(
    async (hosts: readonly string[], parallel: number, secret: string | undefined) => {
      if (running.current || caseId === null || wish === null || hosts.length === 0) return
      const how = { ...wish, caseId, ...(secret === undefined ? {} : { secret }) }
      // each host's plan as it will be taken: progress is told by it
      setRuns((before) =>
        before.map((each) => (each.report ? { ...each, report: edited(each.report, wish.plan) } : each)),
      )
      await run(hosts, async (signal) => {
        const [host] = hosts
        if (hosts.length > 1 || host === undefined)
          return api.acquire.hosts({ ...how, hosts: [...hosts], parallel }, { signal })
        return one(host, await api.acquire.start({ ...how, host }, { signal }))
      })
    },
    [api, caseId, wish, run],
  )

  const resume = useCallback(
    async (host: string, asked: AcquireWish, secret: string | undefined) => {
      if (running.current || openCase === null) return
      setCaseId(openCase)
      setWish(asked)
      setRuns((before) =>
        caseId === openCase && before.some((each) => each.host === host) ? before : [freshHost(host)],
      )
      const how = { ...asked, caseId: openCase, host, ...(secret === undefined ? {} : { secret }) }
      await run([host], async (signal) => one(host, await api.acquire.resume(how, { signal })))
    },
    [api, openCase, caseId, run],
  )

  const stop = useCallback(() => {
    if (!running.current) return
    setStopping(true)
    running.current.abort()
  }, [])
  const reset = useCallback(() => {
    if (running.current) return
    setRuns([])
  }, [])

  const state = useMemo((): AcquireState => {
    const taken = runs.filter((each) => phaseOf(each) === 'taking')
    const [first] = taken
    return {
      caseId,
      wish,
      runs,
      looking: runs.some((each) => each.state === 'looking' || each.state === 'waiting'),
      taking: !first
        ? null
        : taken.length === 1
          ? `Acquiring from ${first.host}`
          : `Acquiring from ${taken.length} hosts`,
      stopping,
      editPlan: (edit) => setWish((before) => before && { ...before, plan: { ...before.plan, ...edit } }),
      look: (hosts, how, secret) => void look(hosts, how, secret),
      take: (hosts, parallel, secret) => void take(hosts, parallel, secret),
      resume: (host, how, secret) => void resume(host, how, secret),
      stop,
      reset,
    }
  }, [caseId, wish, runs, stopping, look, take, resume, stop, reset])
  return <Context.Provider value={state}>{props.children}</Context.Provider>
}

async function follow<R>(stream: AsyncIterator<Progress, R>, on: (progress: Progress) => void): Promise<R> {
  for (;;) {
    const step = await stream.next()
    if (step.done) return step.value
    on(step.value)
  }
}

/** One host's stream in the form of several hosts' streams. */
async function* one(
  host: string,
  stream: AsyncIterator<Progress, NonNullable<Outcome['result']>>,
): AsyncGenerator<Progress, Outcome[]> {
  for (;;) {
    const step = await stream.next()
    if (step.done) return [{ host, result: step.value, refused: null }]
    yield step.value
  }
}

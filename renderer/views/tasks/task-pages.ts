/** Rows of the task list by position: pages are asked for when they come into sight, and kept. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { TaskRowShape, TaskRowsShape } from '../../../src/contract/task-shapes.ts'
import { type Trouble, troubleOf } from '../../api/trouble.ts'
import { useApi } from '../../shell/window-state.tsx'

const perPage = 200
/** pages kept: 8,000 rows */
const mostPages = 40

export interface TaskFilter {
  readonly text?: string
  readonly host?: string
  readonly only?: 'findings' | 'signs'
}
export type TaskListHead = Omit<TaskRowsShape, 'rows'>

export interface TaskPages {
  /** hosts, groups and counts of the newest answer; undefined until the first */
  readonly head: TaskListHead | undefined
  readonly trouble: Trouble | undefined
  /** the filter has changed and is not answered yet, for more than 200 ms */
  readonly slow: boolean
  row(position: number): TaskRowShape | undefined
  /** says which positions are in sight */
  want(first: number, last: number): void
  again(): void
}

interface Book {
  readonly key: string
  readonly head: TaskListHead
  readonly pages: ReadonlyMap<number, readonly TaskRowShape[]>
}

export function useTaskPages(key: string, caseId: string, filter: TaskFilter): TaskPages {
  const api = useApi()
  const [book, setBook] = useState<Book>()
  const [trouble, setTrouble] = useState<Trouble>()
  const [slow, setSlow] = useState(false)
  const [round, setRound] = useState(0)
  const asked = useRef(new Set<number>())
  const stop = useRef<AbortController>(undefined)

  const ask = useCallback(
    (page: number, signal: AbortSignal) => {
      asked.current.add(page)
      return api.tasks
        .list({ caseId, ...filter, from: page * perPage, count: perPage }, { signal })
        .then(({ rows, ...head }) => {
          if (signal.aborted) return
          setTrouble(undefined)
          setBook((before) => {
            const pages = new Map(before?.key === key ? before.pages : [])
            pages.set(page, rows)
            for (const old of pages.keys()) {
              if (pages.size <= mostPages) break
              if (old !== 0) {
                pages.delete(old)
                asked.current.delete(old)
              }
            }
            return { key, head, pages }
          })
        })
        .catch((error: unknown) => {
          asked.current.delete(page)
          if (!signal.aborted) setTrouble(troubleOf(error))
        })
    },
    [api, caseId, filter, key],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` names the question, `round` asks it again
  useEffect(() => {
    const control = new AbortController()
    stop.current = control
    asked.current = new Set()
    const timer = setTimeout(() => setSlow(true), 200)
    void ask(0, control.signal).finally(() => {
      clearTimeout(timer)
      if (!control.signal.aborted) setSlow(false)
    })
    return () => {
      clearTimeout(timer)
      control.abort()
    }
  }, [key, round])

  return {
    head: book?.head,
    trouble,
    slow,
    row: (position) => book?.pages.get(Math.floor(position / perPage))?.[position % perPage],
    want: (first, last) => {
      const signal = stop.current?.signal
      if (!book || book.key !== key || !signal || signal.aborted) return
      for (let page = Math.floor(first / perPage); page <= Math.floor(last / perPage); page++)
        if (page >= 0 && page * perPage < book.head.total && !asked.current.has(page)) void ask(page, signal)
    },
    again: () => setRound((before) => before + 1),
  }
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writePractice } from '../../../src/workflow/make-practice.ts'
import { timelineSlice } from '../../../src/workflow/read-timeline.ts'
import { caseOf, scratchFolder } from '../../builders/case.ts'

/** A practice host with the record of an acquisition beside it: its session is the one of the story's account. */
interface Truth {
  readonly chains: readonly {
    readonly host: string
    readonly time: string
    readonly account: { readonly sid: string }
    readonly source: { readonly ip: string }
    readonly processes: readonly { readonly pid: number }[]
  }[]
}
const shifted = (time: string, seconds: number) => new Date(Date.parse(time) + seconds * 1000).toISOString()

/** @param change of the session, given the truth of the story */
async function acquiredBy(change: (chain: Truth['chains'][number]) => Readonly<Record<string, unknown>>) {
  const dir = join(scratchFolder(), 'evidence')
  await writePractice(dir, { scenario: 'atexec-pipe', seed: 1, noise: 400 })
  const { chains } = JSON.parse(readFileSync(join(dir, 'truth.json'), 'utf8')) as Truth
  const chain = chains[0]
  if (!chain) throw new Error('the story has no chain')
  const session = {
    way: 'winrm',
    sid: chain.account.sid,
    account: 'FOUNDRY\\responder',
    pid: 0,
    from: shifted(chain.time, -30),
    to: shifted(chain.time, 30),
    addresses: [chain.source.ip],
    ...change(chain),
  }
  const record = {
    schema: 'tasktrail-acquisition/1',
    runId: 'ab'.repeat(16),
    host: chain.host.split('.')[0]?.toUpperCase(),
    sessions: [session],
  }
  writeFileSync(join(dir, 'acquisition.json'), JSON.stringify(record))
  const open = await caseOf(dir)
  const marked = timelineSlice(open, { terms: [{ key: 'is', values: ['responder'], not: false }] }, 0, 500)
  const rest = timelineSlice(open, { terms: [{ key: 'is', values: ['responder'], not: true }] }, 0, 1)
  open.close()
  return { marked, rest }
}

it('events of the responder’s logon are marked by account and address, counted, and never dropped', async () => {
  const { marked, rest } = await acquiredBy(() => ({}))
  expect(marked.total).toBeGreaterThan(5)
  expect(marked.total + rest.total).toBe(marked.all)
  expect(marked.rows.every((row) => row.marks.includes('responder'))).toBe(true)
  // the logon, its privileges recorded before it, and what it opened
  expect(new Set(marked.rows.map((row) => row.eventId))).toEqual(new Set([4624, 4672, 5140, 5145, 4634]))
})

it('another address, another time, another host or another account marks nothing', async () => {
  for (const change of [
    () => ({ addresses: ['10.0.0.1'] }),
    (chain: Truth['chains'][number]) => ({ from: shifted(chain.time, 3600), to: shifted(chain.time, 3660) }),
    () => ({ sid: 'S-1-5-21-1-2-3-4' }),
  ])
    expect((await acquiredBy(change)).marked.total).toBe(0)
})

it('processes below the responder’s own are marked by their process id', async () => {
  const { marked } = await acquiredBy((chain) => ({
    addresses: [],
    pid: chain.processes[0]?.pid,
    sid: 'S-1-5-18',
  }))
  const created = marked.rows.filter((row) => row.eventId === 4688)
  expect(created).toHaveLength(3)
})

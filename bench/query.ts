/**
 * Measures what an open case answers: opening, chains, pages of the timeline under many filters, each asked first of a case just
 * opened with nothing read ahead, then of one that has read ahead (which leaves search files), and again. Works on an imported
 * case; prints one JSON line, with `each` as third argument every filter by itself.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { findCaseChains } from '../src/workflow/find-chains.ts'
import { type OpenCase, openCase } from '../src/workflow/open-case.ts'
import { type TimelineFilter, timelineSlice } from '../src/workflow/read-timeline.ts'
import type { FilterKey } from '../src/workflow/records/filter.ts'
import { indexOfCase } from '../src/workflow/records/index-of-case.ts'
import { warmCase } from '../src/workflow/warm-case.ts'

const one = (key: FilterKey, ...values: string[]): TimelineFilter => ({
  terms: [{ key, values, not: false }],
})
const not = (key: FilterKey, ...values: string[]): TimelineFilter => ({ terms: [{ key, values, not: true }] })
const both = (...filters: TimelineFilter[]): TimelineFilter => ({
  terms: filters.flatMap(({ terms }) => [...terms]),
})

/** Fixed, so that runs compare. Every key, whole values, parts, stars, none, not, ranges, terms together. */
const filters: readonly TimelineFilter[] = [
  one('event', '4624'),
  one('event', '4698..4702'),
  not('event', '4625', '5145'),
  one('host', '*'),
  one('host', 'no-such-host'),
  one('channel', 'security'),
  one('record', '1..5000'),
  one('is', 'chain'),
  one('account', 'administrator'),
  one('account', 'admin*'),
  one('account', 'S-1-5-18'),
  one('account', '*\\svc*'),
  one('account', 'none'),
  not('account', 'system'),
  one('account', 'no-such-account'),
  one('address', '10.0.0.0/8'),
  one('address', '192.168.1.1'),
  one('address', '127.0.0.1', '::1'),
  one('address', 'none'),
  not('address', '10.*'),
  one('task', '*update*'),
  one('task', 'none'),
  one('process', 'svchost.exe'),
  one('process', 'powershell'),
  one('process', '*\\temp\\*'),
  one('share', 'ADMIN$'),
  one('share', 'srvsvc'),
  one('logon', '0x3e7'),
  one('logon', '0x5a41984'),
  not('logon', '0x3e7'),
  one('text', 'powershell'),
  one('text', '0x3e7'),
  one('text', 'e'),
  one('text', 'no such text anywhere'),
  one('text', 'c:\\windows\\*\\cmd.exe'),
  one('text', '4624'),
  both(one('event', '4624'), one('account', 'administrator')),
  both(one('event', '5145'), one('share', 'IPC$'), not('account', 'system')),
  both(one('text', 'cmd.exe'), one('event', '4688')),
  both(one('address', '10.0.0.0/8'), one('text', 'ntlm')),
  { from: '2019-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z', terms: [] },
  { from: '2020-06-01T00:00:00Z', ...one('account', 'administrator') },
  { to: '2020-06-01T00:00:00Z', ...one('text', 'svchost') },
  { ...one('logon', '0x3e7'), from: '2020-01-01T00:00:00Z', to: '2020-02-01T00:00:00Z' },
]

const share = (numbers: readonly number[], part: number) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.ceil(numbers.length * part) - 1)] ?? 0

async function timed<T>(work: () => T | Promise<T>) {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(cpu)
  return { value, ms: performance.now() - start, cpuMs: (user + system) / 1000 }
}

function pages(open: OpenCase) {
  const found = filters.map((filter) => {
    const start = performance.now()
    const cpu = process.cpuUsage()
    const { total } = timelineSlice(open, filter, 0, 200)
    const { user, system } = process.cpuUsage(cpu)
    return { filter, total, ms: performance.now() - start, cpuMs: (user + system) / 1000 }
  })
  const of = (chosen: typeof found) => ({
    p50Ms: share(
      chosen.map(({ ms }) => ms),
      0.5,
    ),
    p95Ms: share(
      chosen.map(({ ms }) => ms),
      0.95,
    ),
    mostMs: share(
      chosen.map(({ ms }) => ms),
      1,
    ),
    p50CpuMs: share(
      chosen.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
    p95CpuMs: share(
      chosen.map(({ cpuMs }) => cpuMs),
      0.95,
    ),
  })
  const slowest = [...found].sort((a, b) => b.cpuMs - a.cpuMs).slice(0, 4)
  return {
    each: found.map(({ filter, ms, cpuMs, total }) => ({ filter: JSON.stringify(filter), ms, cpuMs, total })),
    all: of(found),
    text: of(found.filter(({ filter }) => filter.terms.length === 1 && filter.terms[0]?.key === 'text')),
    slowest: slowest.map(({ filter, cpuMs, total }) => ({ filter: JSON.stringify(filter), cpuMs, total })),
  }
}

/** Answers are remembered by filter; another spelling of the same asks anew. */
const dropAnswers = (open: OpenCase) => {
  for (let i = 0; i < 8; i++) timelineSlice(open, one('record', String(i)), 0, 1)
}

const [dir = '', mode = 'cold', each] = process.argv.slice(2)
const operator = { name: 'bench', account: 'bench', workstation: 'bench' }
const opened = await timed(async () => {
  const open = await openCase(dir, { operator })
  indexOfCase(open)
  return open
})
const open = opened.value
const chains = await timed(() => findCaseChains(open).length)
const plain = await timed(() => timelineSlice(open, { terms: [] }, 0, 200).all)
const ahead = mode === 'ahead' ? await timed(() => warmCase(open, () => false)) : undefined
const first = pages(open)
dropAnswers(open)
const again = pages(open)
await wait(0)
const rest = ({ ms, cpuMs }: { ms: number; cpuMs: number }) => ({ ms, cpuMs })
console.log(
  JSON.stringify({
    mode,
    records: plain.value,
    filters: filters.length,
    open: rest(opened),
    chains: { ...rest(chains), found: chains.value },
    plainPage: rest(plain),
    ...(ahead ? { ahead: rest(ahead) } : {}),
    ...(each
      ? { first, again }
      : { first: { ...first, each: undefined }, again: { ...again, each: undefined } }),
    memory: process.memoryUsage(),
    rssMb: process.memoryUsage.rss() / 1e6,
    maxRssMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }),
)
open.close()

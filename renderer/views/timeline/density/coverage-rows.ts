import type { Density } from '../../../../src/contract/shapes.ts'
import { parseUtc } from '../../../../src/domain/time.ts'
import { channelName, hostLabels } from '../rows/columns.ts'
import { type Axis, shareOf } from './density-scale.ts'

export type CoverageState = Density['coverage'][number]['state']

export interface CoverageSpan {
  readonly state: CoverageState
  /** shares of the axis, cut to it; undefined when the log holds no time at all */
  readonly start: number | undefined
  readonly end: number | undefined
  readonly note: string
}

/** One log of one host: all its files on one line. */
export interface CoverageRow {
  readonly name: string
  readonly host: string
  readonly channel: string
  readonly word: string
  readonly spans: readonly CoverageSpan[]
  readonly notes: readonly string[]
}

const words: Readonly<Record<CoverageState, string>> = {
  covered: 'covered',
  filtered: 'filtered',
  empty: 'no records',
}

/** Coverage grouped by host and log, Security first, then by name: the same order every time. */
export function coverageRows(coverage: Density['coverage'], axis: Axis): readonly CoverageRow[] {
  const groups = new Map<string, Density['coverage'][number][]>()
  for (const each of coverage) {
    const key = `${each.host}\n${each.channel}`
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  const hosts = hostLabels([...new Set(coverage.map((each) => each.host))])
  const rank = (channel: string) => (channel === 'Security' ? 0 : channel === 'System' ? 1 : 2)
  return [...groups.values()]
    .map((group): CoverageRow => {
      const [one] = group as [Density['coverage'][number]]
      const states = [...new Set(group.map((each) => each.state))]
      return {
        name:
          hosts.size > 1
            ? `${channelName(one.channel)} ${hosts.get(one.host) ?? one.host}`
            : channelName(one.channel),
        host: one.host,
        channel: one.channel,
        word: states.map((state) => words[state]).join(', '),
        spans: group.map((each) => spanOf(each, axis)),
        notes: [...new Set(group.map((each) => each.note).filter(Boolean))],
      }
    })
    .sort(
      (a, b) =>
        rank(a.channel) - rank(b.channel) ||
        (a.channel < b.channel
          ? -1
          : a.channel > b.channel
            ? 1
            : a.host < b.host
              ? -1
              : a.host > b.host
                ? 1
                : 0),
    )
}

function spanOf(each: Density['coverage'][number], axis: Axis): CoverageSpan {
  const from = parseUtc(each.from)
  const to = parseUtc(each.to)
  if (from === undefined || to === undefined || each.state === 'empty')
    return { state: each.state, start: undefined, end: undefined, note: each.note }
  const inside = (share: number) => Math.min(1, Math.max(0, share))
  return {
    state: each.state,
    start: inside(shareOf(axis, from)),
    end: inside(shareOf(axis, to)),
    note: each.note,
  }
}

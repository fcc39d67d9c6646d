import type { CaseSummary, TimelineRow } from '../../../../src/contract/shapes.ts'

export type ColumnId =
  | 'mark'
  | 'time'
  | 'delta'
  | 'event'
  | 'what'
  | 'host'
  | 'account'
  | 'address'
  | 'channel'
  | 'record'

export interface Column {
  readonly id: ColumnId
  readonly title: string
  /** pixels; undefined takes the rest */
  readonly width: number | undefined
  readonly right: boolean
}

const widths: Readonly<Record<ColumnId, number | undefined>> = {
  mark: 26,
  time: 130,
  delta: 92,
  event: 48,
  what: undefined,
  host: 96,
  account: 132,
  address: 112,
  channel: 92,
  record: 90,
}
const titles: Readonly<Record<ColumnId, string>> = {
  mark: 'Mark',
  time: 'Time',
  delta: 'From task, ms',
  event: 'Event',
  what: 'What happened',
  host: 'Host',
  account: 'Account',
  address: 'Address',
  channel: 'Channel',
  record: 'Record',
}

/** Columns for this case and width: the host only with several, the delta only with a chain, the last two not in a narrow window. */
export function columnsFor(
  width: number,
  narrow: boolean,
  summary: Pick<CaseSummary, 'hosts' | 'counts'>,
  kept: Readonly<Partial<Record<ColumnId, number>>> = {},
): readonly Column[] {
  const wide = width >= 1300
  const ids: readonly ColumnId[] = [
    'mark',
    'time',
    ...(summary.counts.chains > 0 ? (['delta'] as const) : []),
    'event',
    'what',
    ...(summary.hosts.length > 1 ? (['host'] as const) : []),
    'account',
    'address',
    ...(narrow ? [] : (['channel', 'record'] as const)),
  ]
  const roomy: Partial<Record<ColumnId, number>> = wide ? { account: 168, address: 128, channel: 132 } : {}
  return ids.map((id) => ({
    id,
    title: titles[id],
    width: kept[id] ?? roomy[id] ?? widths[id],
    right: id === 'delta' || id === 'record',
  }))
}

/** Columns whose value can be asked for with `.`, as a key of the filter. */
export const valueKeys = ['event', 'host', 'account', 'address', 'channel', 'record'] as const
export type ValueKey = (typeof valueKeys)[number]
export const isValueKey = (id: string | undefined): id is ValueKey => valueKeys.some((key) => key === id)

/** The value of a row under that key, as the filter wants it: `none` for one that is not recorded. */
export function valueOfRow(row: TimelineRow, key: ValueKey): string {
  const values: Readonly<Record<ValueKey, string>> = {
    event: String(row.eventId),
    host: row.host,
    account: row.account ?? 'none',
    address: row.address ?? 'none',
    channel: row.channel,
    record: row.citation.recordId,
  }
  return values[key]
}

/** The columns as a CSS grid template. */
export const gridTemplate = (columns: readonly Column[]): string =>
  columns.map((column) => (column.width === undefined ? 'minmax(80px, 1fr)' : `${column.width}px`)).join(' ')

/** Short name of a channel: `Microsoft-Windows-TaskScheduler/Operational` → `TaskScheduler`. */
export const channelName = (channel: string): string =>
  channel.replace(/^Microsoft-Windows-/, '').replace(/\/Operational$/, '')

/** Host names without their domain, where that still tells them apart. */
export function hostLabels(hosts: readonly string[]): ReadonlyMap<string, string> {
  const short = (host: string) => (/^[\d.]+$/.test(host) ? host : (host.split('.')[0] ?? host))
  const labels = hosts.map(short)
  return new Map(
    hosts.map((host) => [
      host,
      labels.filter((label) => label === short(host)).length === 1 ? short(host) : host,
    ]),
  )
}

/** What a row's marks say, for people who do not see them. */
export function markWords(row: TimelineRow): string {
  const words: Readonly<Record<TimelineRow['marks'][number], string>> = {
    anchor: 'Task of the chain',
    chain: 'Step of a chain',
    rejected: 'Rejected as the source',
    responder: 'Caused by taking the evidence',
    duplicate: 'Same record in another file',
    recovered: 'Recovered: no longer live in its log',
    problem: 'Has a problem',
  }
  return row.marks.map((mark) => words[mark]).join(', ')
}

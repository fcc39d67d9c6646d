/** Counts of the values people filter by, over a set of rows. */
import type { AccountPosition } from './positions.ts'
import type { RecordIndex } from './record-index.ts'
import type { RowSet } from './row-set.ts'
import type { Numbers } from './segment.ts'

export interface Facet {
  readonly key: string
  readonly values: { readonly value: string; readonly label: string; readonly count: number }[]
}

const shownValues = 50
/** two dictionary numbers in one exact double: a segment of 16 MiB has far fewer values than this */
const pair = 2 ** 26
const noDomain = pair - 1
/** events that are about the account that logs on, not about the one that reports */
const aboutTarget = new Set([4624, 4625, 4634, 4647])

export function countFacets(index: RecordIndex, rows: RowSet): Facet[] {
  const events = new Map<string, number>()
  const hosts = new Map<string, number>()
  const channels = new Map<string, number>()
  const accounts = new Map<string, number>()
  const addresses = new Map<string, number>()
  const shares = new Map<string, number>()
  const add = (map: Map<string, number>, key: string, count: number) =>
    map.set(key, (map.get(key) ?? 0) + count)

  const isAll = rows.length === index.total
  index.segments.forEach((segment, s) => {
    const base = index.bases[s] as number
    const { positions } = segment
    const byEvent = new Uint32Array(65_536)
    const bySystem = new Uint32Array(segment.systems.length)
    const byAccount = new Map<number, number>()
    const byAddress = new Map<number, number>()
    const byShare = new Map<number, number>()
    const { heads } = segment
    const ofKind = Array.from(heads.shapeOf, (shape) => positions[shape])
    segment.blocks.forEach((block, b) => {
      let numbers: Numbers | undefined
      let next = 0
      for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
        const kind = heads.kind[row] as number
        const start = next
        next += heads.widthOf[kind] as number
        if (!isAll && !rows.has(base + row)) continue
        numbers ??= segment.valuesOfBlock(b)
        const eventId = heads.eventIdOf[kind] as number
        byEvent[eventId] = (byEvent[eventId] as number) + 1
        const system = heads.systemOf[kind] as number
        bySystem[system] = (bySystem[system] as number) + 1
        const where = ofKind[kind]
        if (!where) continue
        const account = actingAccount(where.accounts, eventId)
        if (account && account.name >= 0) {
          const domain = account.domain < 0 ? noDomain : (numbers[start + account.domain] as number)
          const key = (numbers[start + account.name] as number) * pair + Math.min(domain, noDomain)
          byAccount.set(key, (byAccount.get(key) ?? 0) + 1)
        }
        if (where.address.length > 0) {
          const number = numbers[start + (where.address[0] as number)] as number
          byAddress.set(number, (byAddress.get(number) ?? 0) + 1)
        }
        if (where.share.length > 0) {
          const number = numbers[start + (where.share[0] as number)] as number
          byShare.set(number, (byShare.get(number) ?? 0) + 1)
        }
      }
    })
    const values = segment.readable
    for (let id = 0; id < 65_536; id++) if (byEvent[id]) add(events, String(id), byEvent[id] as number)
    segment.systems.forEach((system, i) => {
      const count = bySystem[i] as number
      if (count === 0) return
      add(hosts, system.computer, count)
      add(channels, system.channel, count)
    })
    for (const [key, count] of byAccount) {
      const name = values.text(Math.floor(key / pair))
      const domain = key % pair === noDomain ? '' : values.text(key % pair)
      const isUnset = name === '' || name === '-'
      add(accounts, isUnset ? 'none' : domain && domain !== '-' ? `${domain}\\${name}` : name, count)
    }
    for (const [number, count] of byAddress) {
      const text = values.text(number)
      add(addresses, text === '' || text === '-' ? 'none' : text.replace(/^::ffff:/, ''), count)
    }
    for (const [number, count] of byShare) {
      const text = values.text(number)
      if (text !== '') add(shares, text.replace(/^\\\\\*\\/, ''), count)
    }
  })
  return [
    facet('event', events),
    facet('account', accounts),
    facet('address', addresses),
    facet('share', shares),
    facet('host', hosts),
    facet('channel', channels),
  ]
}

function actingAccount(accounts: readonly AccountPosition[], eventId: number): AccountPosition | undefined {
  return (aboutTarget.has(eventId) ? accounts.find((account) => account.target) : undefined) ?? accounts[0]
}

function facet(key: string, counts: ReadonlyMap<string, number>): Facet {
  const values = [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, shownValues)
    .map(([value, count]) => ({ value, label: value === 'none' ? 'not recorded' : value, count }))
  return { key, values }
}

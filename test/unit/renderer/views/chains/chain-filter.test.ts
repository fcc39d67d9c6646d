import { describe, expect, it } from 'vitest'
import { filterChains } from '../../../../../renderer/views/chains/chain-filter.ts'
import { listRows, rowsInView } from '../../../../../renderer/views/chains/list-rows.ts'
import { chainC2 } from '../../../../window/fixture/chain-c2.ts'
import { chainCrowded } from '../../../../window/fixture/chain-crowded.ts'

const both = [chainC2, chainCrowded]
const found = (filter: string) => filterChains(both, filter).map((chain) => chain.id)

describe('the filter of chains', () => {
  it('finds words anywhere and values in one place', () => {
    expect(found('')).toEqual(['c2f1a0d2b7', 'crowded'])
    expect(found('admmig')).toEqual(['c2f1a0d2b7'])
    expect(found('host:app04')).toEqual(['crowded'])
    expect(found('from:10.23')).toEqual(['c2f1a0d2b7'])
    expect(found('rejected:10.40.7.21 ran:yes')).toEqual(['crowded'])
  })
  it('excludes, and takes several terms together', () => {
    expect(found('-host:app04')).toEqual(['c2f1a0d2b7'])
    expect(found('not updater')).toEqual(['c2f1a0d2b7'])
    expect(found('host:app04 account:admmig')).toEqual([])
    expect(found('"RPC over the atsvc pipe"')).toHaveLength(2)
  })
  it('takes any text without breaking', () => {
    for (const odd of [
      'constructor:x',
      '__proto__:x',
      '(((',
      '"',
      'host:',
      '-',
      '[a-z]*',
      '\0',
      'x'.repeat(5000),
    ])
      expect(() => found(odd)).not.toThrow()
    expect(found('host:')).toHaveLength(2)
  })
})

describe('the list of chains', () => {
  it('has a head for each mechanism, and draws only what is in view of 500', () => {
    const local = { ...chainCrowded, mechanism: 'local' }
    const many = Array.from({ length: 500 }, (_, place) => ({
      ...(place < 3 ? chainC2 : local),
      id: `chain-${place}`,
    }))
    const list = listRows(many)
    expect(
      list.rows.filter((row) => row.kind === 'head').map((row) => row.kind === 'head' && row.count),
    ).toEqual([3, 497])
    expect(list.height).toBe(2 * 30 + 500 * 82)
    const seen = rowsInView(list, 20_000, 700)
    expect(seen.length).toBeLessThan(20)
    expect(seen.every((row, place) => place === 0 || row.top > (seen[place - 1]?.top ?? 0))).toBe(true)
    expect(listRows([])).toEqual({ rows: [], height: 0 })
  })
})

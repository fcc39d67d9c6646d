import { describe, expect, it } from 'vitest'
import { chainAsText, chainRows } from '../../../../../../renderer/views/overview/chain-drawing/chain-rows.ts'
import { layoutChain } from '../../../../../../renderer/views/overview/chain-drawing/layout.ts'
import { measureByTable } from '../../../../../../renderer/views/overview/chain-drawing/measure.ts'
import { drawingOf } from '../../../../../../renderer/views/overview/chain-drawing/model.ts'
import { scaleOf } from '../../../../../../renderer/views/overview/chain-drawing/scale.ts'
import { spread } from '../../../../../../renderer/views/overview/chain-drawing/spread.ts'
import { walk } from '../../../../../../renderer/views/overview/chain-drawing/walk.ts'
import { chainC2 } from '../../../../../window/fixture/chain-c2.ts'

const drawing = drawingOf(chainC2)
const layout = layoutChain(drawing, 1184, measureByTable)
const idOf = (recordId: string) => drawing.marks.find((mark) => mark.at.recordId === recordId)?.id ?? ''
const recordOf = (id: string) => drawing.marks.find((mark) => mark.id === id)?.at.recordId

describe('walking the drawing by keys', () => {
  it('goes through every record in the order of time, and stops at the ends', () => {
    let at = idOf('2004840')
    const seen = [recordOf(at)]
    for (let n = 0; n < 20; n++) {
      const next = walk(layout, drawing, at, 'later')
      if (next === at) break
      at = next
      seen.push(recordOf(at))
    }
    expect(seen).toEqual(drawing.marks.map((mark) => mark.at.recordId))
    expect(walk(layout, drawing, at, 'last')).toBe(at)
    expect(recordOf(walk(layout, drawing, at, 'first'))).toBe('2004840')
  })

  it('goes up and down by lane to the nearest record', () => {
    expect(recordOf(walk(layout, drawing, idOf('2004852'), 'down'))).toBe('2004853')
    expect(recordOf(walk(layout, drawing, idOf('2004840'), 'up'))).toBe('2004840')
  })

  it('follows the strongest link', () => {
    expect(recordOf(walk(layout, drawing, idOf('2004850'), 'link'))).toBe('2004852')
  })
})

describe('the chain as text', () => {
  it('has a row for every record, decoys included, in the order of time, with its reason', () => {
    const rows = chainRows(chainC2)
    expect(rows).toHaveLength(12)
    expect(rows[0]).toMatchObject({ rejected: true, ip: '10.23.23.9' })
    expect(rows[0]?.why).toContain('Rejected')
    expect(rows.find((row) => row.at.recordId === '2004852')?.why).toBe('Anchor of the chain')
    expect(rows.every((row) => row.why !== '')).toBe(true)
  })
  it('copies as lines of tab-separated cells', () => {
    const lines = chainAsText(chainC2).split('\n')
    expect(lines).toHaveLength(13)
    expect(new Set(lines.map((line) => line.split('\t').length))).toEqual(new Set([7]))
    expect(lines[1]).toMatch(/^−5\u202f747\.69\d\t4624/)
  })
})

describe('the scale', () => {
  it('has one measure for all pieces', () => {
    const times = [0, 10, 20, 5000, 5010]
    const scale = scaleOf(times, 0, 1000)
    expect(scale.bands).toHaveLength(1)
    expect(scale.at(10) - scale.at(0)).toBeCloseTo(scale.at(5010) - scale.at(5000), 6)
  })
  it('spans the page when two moments are all there is', () => {
    const scale = scaleOf([0, 86_400_000], 0, 1000)
    expect(scale.bands).toHaveLength(0)
    expect(scale.at(86_400_000)).toBeGreaterThan(900)
  })
  it('never runs over its end, however many bursts there are', () => {
    const times = Array.from({ length: 60 }, (_, n) => [n * n * 1e6, n * n * 1e6 + 3]).flat()
    const scale = scaleOf(times, 152, 760)
    for (const time of times) expect(scale.at(time)).toBeLessThanOrEqual(760)
  })
})

describe('marks of one row', () => {
  const mark = (id: string, trueX: number, weight: number) => ({ id, trueX, weight })
  it('stand 13 px apart at least', () => {
    const placed = spread([mark('a', 100, 1), mark('b', 104, 2), mark('c', 300, 3)])
    expect((placed[1]?.x ?? 0) - (placed[0]?.x ?? 0)).toBeCloseTo(13)
    expect(placed[2]?.x).toBe(300)
  })
  it('fold the lighter into the heavier when they would move too far, and lose none', () => {
    const crowd = Array.from({ length: 9 }, (_, n) => mark(`m${n}`, 100 + n, n))
    const placed = spread(crowd)
    expect(placed.flatMap((each) => [each.id, ...each.folded]).sort()).toEqual(crowd.map((each) => each.id))
    expect(placed.some((each) => each.id === 'm8')).toBe(true)
    for (const each of placed)
      expect(Math.abs(each.x - (crowd.find((m) => m.id === each.id)?.trueX ?? 0))).toBeLessThanOrEqual(10)
  })
})

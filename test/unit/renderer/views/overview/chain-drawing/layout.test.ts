import { describe, expect, it } from 'vitest'
import { layoutChain } from '../../../../../../renderer/views/overview/chain-drawing/layout.ts'
import { measureByTable } from '../../../../../../renderer/views/overview/chain-drawing/measure.ts'
import { drawingOf } from '../../../../../../renderer/views/overview/chain-drawing/model.ts'
import { type Box, wordBox } from '../../../../../../renderer/views/overview/chain-drawing/page.ts'
import type { ChainShape } from '../../../../../../src/contract/shapes.ts'
import { chainC2 } from '../../../../../window/fixture/chain-c2.ts'
import { chainCrowded } from '../../../../../window/fixture/chain-crowded.ts'

const widths = [760, 820, 944, 1024, 1184, 1280, 1392, 1536, 1700, 1920, 2200]
const lay = (chain: ChainShape, width: number) => layoutChain(drawingOf(chain), width, measureByTable)
const chains = [
  ['sample C2', chainC2, 12],
  ['a chain of 45 records', chainCrowded, 47],
] as const
const overlap = (a: Box, b: Box) => a.x0 < b.x1 && a.x1 > b.x0 && a.y0 < b.y1 && a.y1 > b.y0

describe.each(chains)('the drawing of %s', (_, chain, total) => {
  it.each(widths)('has no two words that touch at %i px', (width) => {
    const layout = lay(chain, width)
    const boxes = layout.words.map((word) => ({ word, box: wordBox(word.x, word.y, word.width) }))
    const touching = boxes.flatMap((a, place) =>
      boxes
        .slice(place + 1)
        .flatMap((b) => (overlap(a.box, b.box) ? [`${a.word.text} × ${b.word.text}`] : [])),
    )
    expect(touching).toEqual([])
    expect(boxes.length).toBeGreaterThan(10)
  })

  it.each(widths)('has no word on a mark that is not its own at %i px', (width) => {
    const layout = lay(chain, width)
    const hits = layout.words.flatMap((word) =>
      layout.marks
        .filter((mark) => mark.id !== word.of)
        .filter((mark) =>
          overlap(wordBox(word.x, word.y, word.width), {
            x0: mark.x - 5,
            x1: mark.x + 5,
            y0: mark.y - 5,
            y1: mark.y + 5,
          }),
        )
        .map((mark) => `${word.text} on ${mark.name}`),
    )
    expect(hits).toEqual([])
  })

  it.each(widths)('has no line that runs through a word at %i px', (width) => {
    const layout = lay(chain, width)
    const segments = [...layout.lines, ...layout.twigs].flatMap(({ points }) =>
      points.slice(1).flatMap(([x, y], place) => {
        const before = points[place]
        return before
          ? [
              {
                x0: Math.min(before[0], x),
                x1: Math.max(before[0], x),
                y0: Math.min(before[1], y),
                y1: Math.max(before[1], y),
              },
            ]
          : []
      }),
    )
    // the letters themselves: capitals stand 8 px above the line, tails 2 px below
    const letters = layout.words.map((word) => ({
      word,
      box: { x0: word.x, x1: word.x + word.width - 1, y0: word.y - 8, y1: word.y + 2 },
    }))
    const crossed = letters.flatMap(({ word, box }) =>
      segments.some((segment) => overlap({ ...segment, x1: segment.x1 + 0.1, y1: segment.y1 + 0.1 }, box))
        ? [word.text]
        : [],
    )
    expect(crossed).toEqual([])
  })

  it.each(widths)('keeps words, marks and lines on the page at %i px', (width) => {
    const layout = lay(chain, width)
    for (const word of layout.words) {
      expect(word.x).toBeGreaterThanOrEqual(layout.head)
      expect(word.x + word.width).toBeLessThanOrEqual(width)
    }
    for (const mark of layout.marks) {
      expect(mark.x).toBeGreaterThan(layout.head)
      expect(mark.x).toBeLessThan(width)
      expect(mark.y).toBeLessThan(layout.height)
    }
  })

  it.each(widths)('has no mark in a band at %i px', (width) => {
    const layout = lay(chain, width)
    expect(layout.bands.length).toBeGreaterThan(0)
    for (const band of layout.bands)
      for (const mark of layout.marks)
        expect(mark.trueX <= band.x || mark.trueX >= band.x + band.width).toBe(true)
  })

  it('moves no mark farther than 10 px, and loses none', () => {
    for (const width of widths) {
      const { marks, counts } = lay(chain, width)
      for (const mark of marks) expect(Math.abs(mark.x - mark.trueX)).toBeLessThanOrEqual(10)
      expect(counts.total).toBe(total)
      expect(counts.named + counts.onHover + counts.folded).toBe(total)
    }
  })

  it('is never taller than its records need', () => {
    for (const width of widths) {
      const { height, lanes, marks } = lay(chain, width)
      const processes = marks.filter((mark) => mark.shape === 'process').length
      expect(height).toBeLessThan(lanes.length * 64 + processes * 18 + 80)
    }
  })

  it('always names the task record', () => {
    for (const width of widths) {
      const { words, marks } = lay(chain, width)
      const anchor = marks.find((mark) => mark.isAnchor)
      expect(words.some((word) => word.of === anchor?.id && word.kind === 'key')).toBe(true)
    }
  })

  it('keeps time in order within a lane', () => {
    for (const width of widths) {
      const { marks } = lay(chain, width)
      for (const lane of new Set(marks.map((mark) => mark.lane))) {
        const row = marks.filter((mark) => mark.lane === lane).sort((a, b) => a.ms - b.ms)
        row.slice(1).forEach((mark, place) => {
          expect(mark.trueX).toBeGreaterThanOrEqual(row[place]?.trueX ?? 0)
        })
      }
    }
  })

  it('is the same every time, whatever order steps and links come in', () => {
    const shuffled = { ...chain, steps: [...chain.steps].reverse(), links: [...chain.links].reverse() }
    const plain = (layout: ReturnType<typeof lay>) => ({
      marks: layout.marks.map(({ id, x, y }) => ({ id, x, y })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      words: layout.words.map(({ text, x, y }) => `${text} ${x} ${y}`).sort(),
    })
    for (const width of [944, 1440]) {
      expect(lay(chain, width)).toEqual(lay(chain, width))
      expect(plain(lay(shuffled, width))).toEqual(plain(lay(chain, width)))
    }
  })
})

describe('the drawing of sample C2', () => {
  it('cuts the two long pauses and nothing else', () => {
    expect(lay(chainC2, 1184).bands.map((band) => band.text)).toEqual(['5.72 s', '3.00 s'])
  })

  it('gives the decoy the top lane and writes the reason in it', () => {
    const { lanes, words } = lay(chainC2, 1184)
    expect(lanes.map((lane) => lane.kind)).toEqual(['rejected', 'session', 'session', 'system'])
    expect(words.some((word) => word.text.includes('opened no atsvc pipe'))).toBe(true)
  })

  it('orders the sessions: the one with the address, then the one that made the task', () => {
    expect(lay(chainC2, 1184).lanes.map((lane) => lane.code)).toEqual([
      '0x5a4175e',
      '0x5a41984',
      '0x5a419bc',
      undefined,
    ])
  })

  it('draws a link once where several records say the same', () => {
    const rules = lay(chainC2, 1184).lines.map((line) => line.link.rule)
    expect(rules.sort()).toEqual(['E3', 'L3', 'L4'])
  })

  it('names all twelve records at the width of a laptop', () => {
    expect(lay(chainC2, 1184).counts).toEqual({ total: 12, named: 12, onHover: 0, folded: 0 })
  })
})

describe('a chain of thousands of records', () => {
  const read = chainC2.steps.find((step) => step.role === 'output-read')
  const more = Array.from({ length: 3000 }, (_, n) => ({
    ...(read as ChainShape['steps'][number]),
    recordId: String(3_000_000 + n),
    offset: 100_000 + n,
    deltaMs: 4000 + n * 37,
  }))
  it('is drawn within seconds, and every record is on the page or folded', () => {
    const before = performance.now()
    const { counts, marks } = lay({ ...chainC2, steps: [...chainC2.steps, ...more] }, 1184)
    expect(performance.now() - before).toBeLessThan(5000)
    expect(counts.total).toBe(3012)
    expect(marks.length + marks.reduce((sum, mark) => sum + mark.also.length, 0)).toBe(3012)
  })
})

describe('a chain with next to nothing in it', () => {
  it('is drawn too', () => {
    const [step] = chainC2.steps.filter((each) => each.role === 'task-created')
    if (!step) throw new Error('no anchor')
    const alone = { ...chainC2, steps: [step], links: [], source: { ...chainC2.source, rejected: [] } }
    const layout = lay(alone, 944)
    expect(layout.marks).toHaveLength(1)
    expect(layout.bands).toEqual([])
    expect(Number.isFinite(layout.marks[0]?.x)).toBe(true)
  })

  it('keeps hostile names on one line and in order', () => {
    const hostile = {
      ...chainC2,
      host: 'a\u202egnp.exe\n',
      source: {
        ...chainC2.source,
        rejected: chainC2.source.rejected.map((each) => ({ ...each, why: 'x'.repeat(4000) })),
      },
    }
    const { lanes, words } = lay(hostile, 944)
    expect(lanes.map((lane) => lane.name).join()).toContain('⟨U+202E⟩')
    for (const word of words) expect(word.x + word.width).toBeLessThanOrEqual(944)
  })
})

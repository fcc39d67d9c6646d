// A name given out again is another task: its lives are told apart.
import { describe, expect, it } from 'vitest'
import { type LifeDeed, splitLifetimes } from '../../../src/tasks/lifetimes.ts'

const seconds = (count: number) => BigInt(Math.round(count * 1000)) * 10_000n
const marksOf = (...deeds: readonly (readonly [number, LifeDeed])[]) =>
  deeds.map(([at, deed]) => ({ time: seconds(at), deed }))
const livesOf = (...deeds: readonly (readonly [number, LifeDeed])[]) =>
  splitLifetimes(marksOf(...deeds)).map(({ marks }) => marks)

describe('the lives of a task name', () => {
  it('begin with 106 and 4698 together, end with 141 and 4699 together, and keep what came after', () => {
    const [life, ...others] = splitLifetimes(
      marksOf(
        [0, 'registered'],
        [0.1, 'changed'],
        [0.4, 'created'],
        [2, 'ran'],
        [3, 'unregistered'],
        [3.01, 'deleted'],
        [9, 'ran'],
      ),
    )
    expect(others).toEqual([])
    expect(life).toMatchObject({ began: 0n, ended: seconds(3), beganAt: [0, 2], endedAt: [4, 5] })
  })
  it('are as many as there were creations, also within seconds', () => {
    expect(livesOf([0, 'created'], [0.03, 'deleted'], [1, 'created'], [1.03, 'deleted'])).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(livesOf([0, 'created'], [60, 'created'])).toEqual([[0], [1]])
  })
  it('say when the name was given again and no deletion is recorded', () => {
    const [first, second] = splitLifetimes(marksOf([0, 'created'], [60, 'created']))
    expect(first).toMatchObject({ ended: undefined, replaced: seconds(60) })
    expect(second).toMatchObject({ ended: undefined, replaced: undefined })
  })
  it('that began before the records have no beginning, and a change after a deletion is another life', () => {
    expect(splitLifetimes(marksOf([0, 'changed'], [5, 'deleted']))[0]).toMatchObject({
      began: undefined,
      ended: seconds(5),
    })
    expect(livesOf([0, 'created'], [5, 'deleted'], [60, 'changed'])).toEqual([[0, 1], [2]])
    expect(livesOf([0, 'ran'], [100, 'created'])).toEqual([[0], [1]])
  })
  it('are one more where the registry tells of a later registration, and no more where it tells of the same', () => {
    const marks = marksOf([0, 'created'], [5, 'deleted'])
    expect(splitLifetimes(marks, seconds(100))).toMatchObject([
      { fromRegistry: false },
      { fromRegistry: true, began: seconds(100), marks: [] },
    ])
    expect(splitLifetimes(marksOf([0, 'created']), seconds(1))).toHaveLength(1)
    expect(splitLifetimes([], seconds(1))).toMatchObject([{ fromRegistry: true }])
    expect(splitLifetimes([])).toEqual([])
  })
})

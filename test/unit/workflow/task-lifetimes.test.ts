// A name given out again is another task: its lives are told apart.
import { describe, expect, it } from 'vitest'
import { lifetimesOf } from '../../../src/workflow/task-lifetimes.ts'
import { at, World } from '../../builders/events.ts'

describe('the lives of a task name', () => {
  const world = new World()
  it('end with a deletion or a new creation, and keep what came after a deletion', () => {
    const lives = lifetimesOf([
      world.history('registered', 0),
      world.created(20, '0x1'),
      world.history('instance-started', 1000),
      world.deleted(2000, '0x1'),
      world.history('deleted', 2010),
      world.history('instance-completed', 3000),
      world.created(60_000, '0x2'),
      world.created(120_000, '0x3'),
    ])
    expect(lives.map((life) => [life.began, life.from, life.ended, life.to, life.events.length])).toEqual([
      ['created', at(0), 'deleted', at(2000), 6],
      ['created', at(60_000), 'replaced', at(120_000), 1],
      ['created', at(120_000), undefined, undefined, 1],
    ])
  })
  it('that began before the first record say so', () => {
    expect(lifetimesOf([world.change('task-updated', 0, '0x1'), world.deleted(10, '0x1')])).toMatchObject([
      { began: 'first-seen', birth: undefined, ended: 'deleted' },
    ])
    expect(lifetimesOf([])).toEqual([])
  })
})

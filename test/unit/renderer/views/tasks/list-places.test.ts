import { describe, expect, it } from 'vitest'
import { listHeight, placeOf, placesInView } from '../../../../../renderer/views/tasks/list-places.ts'

const groups = [
  { group: 'alarm' as const, tasks: 3 },
  { group: 'quiet' as const, tasks: 60_000 },
]

describe('places of the task list', () => {
  it('draws the rows in sight and no others, each under its head', () => {
    const top = placesInView(groups, 0, 200)
    expect(top.slice(0, 6).map((each) => (each.kind === 'head' ? each.group : each.position))).toEqual([
      'alarm',
      0,
      1,
      2,
      'quiet',
      3,
    ])
    const deep = placesInView(groups, 800_000, 900)
    expect(deep.length).toBeLessThan(60)
    expect(deep.every((each) => each.top > 799_000 && each.top < 802_000)).toBe(true)
  })
  it('says of every row where it is drawn', () => {
    for (const place of placesInView(groups, 100_000, 600))
      if (place.kind === 'row') expect(placeOf(groups, place.position)?.top).toBe(place.top)
    expect(placeOf(groups, 60_003)).toBeUndefined()
    const last = placeOf(groups, 60_002)
    expect((last?.top ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(listHeight(groups))
  })
})

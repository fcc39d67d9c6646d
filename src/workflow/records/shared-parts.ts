/**
 * What segments of one case have in common, kept once: most segments of a log have the same System tuples and the same shapes,
 * and a large case has hundreds of segments.
 */
import type { Shape, SystemTuple } from '../ingest/packed.ts'
import { largeRoom, type Room } from './row-places.ts'

export class SharedParts {
  readonly #systems = new Map<string, SystemTuple>()
  readonly #shapes = new Map<string, Shape>()
  /** for the columns of all segments */
  readonly room: Room | undefined

  /** @param isLarge columns are let go again once the order of the records is known */
  constructor(isLarge: boolean) {
    this.room = isLarge ? largeRoom() : undefined
  }

  systems(json: string): readonly SystemTuple[] {
    return (JSON.parse(json) as SystemTuple[]).map((one) => kept(this.#systems, one))
  }

  shapes(json: string): readonly Shape[] {
    return (JSON.parse(json) as Shape[]).map((one) => kept(this.#shapes, one))
  }
}

function kept<T>(known: Map<string, T>, one: T): T {
  const key = JSON.stringify(one)
  const before = known.get(key)
  if (before !== undefined) return before
  known.set(key, one)
  return one
}

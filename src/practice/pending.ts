/** A queue in time order: what comes first leaves first, and of equal times what entered first. */
interface Timed {
  readonly time: bigint
}
interface Entry<T extends Timed> {
  readonly content: T
  readonly sequence: number
}

export class Pending<T extends Timed> {
  readonly #heap: Entry<T>[] = []
  #sequence = 0

  get size(): number {
    return this.#heap.length
  }
  get next(): T | undefined {
    return this.#heap[0]?.content
  }

  #before(a: number, b: number): boolean {
    const left = this.#heap[a] as Entry<T>
    const right = this.#heap[b] as Entry<T>
    return left.content.time === right.content.time
      ? left.sequence < right.sequence
      : left.content.time < right.content.time
  }
  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Entry<T>
    this.#heap[a] = this.#heap[b] as Entry<T>
    this.#heap[b] = kept
  }

  add(content: T): void {
    const heap = this.#heap
    heap.push({ content, sequence: this.#sequence++ })
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  take(): T | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    if (heap.length === 0) return first.content
    heap[0] = last
    let at = 0
    for (;;) {
      let least = at
      for (const child of [at * 2 + 1, at * 2 + 2]) {
        if (child < heap.length && this.#before(child, least)) least = child
      }
      if (least === at) return first.content
      this.#swap(at, least)
      at = least
    }
  }
}

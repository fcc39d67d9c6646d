import { describe, expect, it } from 'vitest'
import { WriteQueue } from '../../../src/workflow/ingest/write-queue.ts'

const megabyte = 1 << 20

/** A file that keeps what it gets; writes end when they are told to. */
function slowFile() {
  const writes: { at: number; count: number; first: number; end(error?: Error): void }[] = []
  return {
    writes,
    write: (bytes: Uint8Array, count: number, at: number) =>
      new Promise<void>((resolve, reject) => {
        const first = bytes[0] ?? -1
        writes.push({ at, count, first, end: (error) => (error ? reject(error) : resolve()) })
      }),
  }
}
const turn = () => new Promise(setImmediate)

describe('blocks on their way to the disk', () => {
  const memory = new Uint8Array(8 * megabyte).map((_, i) => Math.floor(i / megabyte))
  const block = (i: number) => memory.subarray(i * megabyte, (i + 1) * megabyte)

  it('go two writes at a time, and those that wait side by side in one', async () => {
    const file = slowFile()
    const queue = new WriteQueue(file)
    const ended: number[] = []
    for (let i = 0; i < 8; i++)
      void queue.write(block(i), megabyte, 4096 + i * megabyte).then(() => ended.push(i))
    expect(file.writes.map(({ count }) => count / megabyte)).toEqual([1, 1])
    file.writes[1]?.end()
    await turn()
    expect(file.writes[2]).toMatchObject({ at: 4096 + 2 * megabyte, count: 4 * megabyte, first: 2 })
    file.writes[0]?.end()
    await turn()
    expect(file.writes[3]).toMatchObject({ at: 4096 + 6 * megabyte, count: 2 * megabyte, first: 6 })
    file.writes[2]?.end()
    file.writes[3]?.end()
    await turn()
    expect(ended.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('are not joined where memory or file go on elsewhere, or a block is not full', async () => {
    const file = slowFile()
    const queue = new WriteQueue(file)
    const asked: [Uint8Array, number, number][] = [
      [block(7), megabyte, 0],
      [block(0), megabyte, megabyte],
      [block(1), megabyte, 2 * megabyte],
      [block(1), megabyte, 5 * megabyte],
      [block(2), 100, 6 * megabyte],
      [block(3), megabyte, 6 * megabyte + 100],
    ]
    const all = Promise.all(asked.map((one) => queue.write(...one)))
    for (let i = 0; i < 6; i++) {
      file.writes[i]?.end()
      await turn()
    }
    await all
    expect(file.writes.map(({ at, count }) => [at, count])).toEqual([
      [0, megabyte],
      [megabyte, megabyte],
      [2 * megabyte, megabyte],
      [5 * megabyte, megabyte + 100],
      [6 * megabyte + 100, megabyte],
    ])
  })

  it('that cannot be written fail, all of one write, and the others go on', async () => {
    const file = slowFile()
    const queue = new WriteQueue(file)
    const outcomes = Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => queue.write(block(i), megabyte, i * megabyte)),
    )
    file.writes[0]?.end()
    await turn()
    file.writes[2]?.end(new Error('no space'))
    file.writes[1]?.end()
    await turn()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled'],
      ...['rejected', 'rejected', 'rejected', 'rejected'],
    ])
  })
})

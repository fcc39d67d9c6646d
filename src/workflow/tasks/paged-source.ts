/** Random access to a stored item by pages, the last used kept: a hive of hundreds of megabytes is never read whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface PagedSource {
  readonly size: number
  read(position: number, into: Uint8Array): number
  close(): void
}

const pageBytes = 16 << 10
const mostPages = 512

export function openPaged(path: string): PagedSource {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  const pages = new Map<number, Uint8Array>()
  const page = (number: number): Uint8Array => {
    let bytes = pages.get(number)
    if (bytes) pages.delete(number)
    else {
      bytes = new Uint8Array(pageBytes)
      bytes = bytes.subarray(0, readSync(file, bytes, 0, pageBytes, number * pageBytes))
      if (pages.size >= mostPages) pages.delete(pages.keys().next().value as number)
    }
    pages.set(number, bytes)
    return bytes
  }
  return {
    size,
    read(position, into) {
      // large values go past the pages
      if (into.length > pageBytes)
        return position < 0 || position >= size ? 0 : readSync(file, into, 0, into.length, position)
      let filled = 0
      while (filled < into.length && position + filled >= 0 && position + filled < size) {
        const at = position + filled
        const bytes = page(Math.floor(at / pageBytes)).subarray(at % pageBytes)
        if (bytes.length === 0) break
        const part = bytes.subarray(0, into.length - filled)
        into.set(part, filled)
        filled += part.length
      }
      return filled
    },
    close: () => closeSync(file),
  }
}

/** Sets of rows as bits, 32 rows a word: what filters are answered with. Bits behind the last row are always 0. */

export const wordsFor = (rows: number): number => (rows + 31) >>> 5

export const noRows = (rows: number): Uint32Array => new Uint32Array(wordsFor(rows))

export function allRows(rows: number): Uint32Array {
  const bits = new Uint32Array(wordsFor(rows)).fill(0xffff_ffff)
  const rest = rows & 31
  if (rest > 0) bits[bits.length - 1] = (1 << rest) - 1
  return bits
}

export const hasRow = (bits: Uint32Array, row: number): boolean =>
  (((bits[row >>> 5] as number) >>> (row & 31)) & 1) === 1

export function setRow(bits: Uint32Array, row: number): void {
  bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31))
}

export function bitsIn(word: number): number {
  let rest = word - ((word >>> 1) & 0x5555_5555)
  rest = (rest & 0x3333_3333) + ((rest >>> 2) & 0x3333_3333)
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/** Rows whose kind is 1 in the table. */
export function rowsOfKinds(kinds: Uint16Array | Uint32Array, table: Uint8Array): Uint32Array {
  const bits = noRows(kinds.length)
  const whole = kinds.length >>> 5
  for (let w = 0; w < whole; w++) {
    let word = 0
    const first = w * 32
    for (let i = 0; i < 32; i++) word |= (table[kinds[first + i] as number] as number) << i
    bits[w] = word
  }
  for (let row = whole * 32; row < kinds.length; row++)
    if (table[kinds[row] as number] === 1) setRow(bits, row)
  return bits
}

/** Rows from `first` on, up to and without `end`, that are set, in order. */
export function forEachRow(
  bits: Uint32Array,
  first: number,
  end: number,
  onRow: (row: number) => void,
): void {
  for (let w = first >>> 5; w * 32 < end; w++) {
    let word = bits[w] as number
    while (word !== 0) {
      const row = w * 32 + 31 - Math.clz32(word & -word)
      if (row >= end) return
      if (row >= first) onRow(row)
      word &= word - 1
    }
  }
}

/** True when one of the rows from `first` to before `end` is set. */
export function hasAnyRow(bits: Uint32Array, first: number, end: number): boolean {
  for (let w = first >>> 5; w * 32 < end; w++) {
    let word = bits[w] as number
    if (word === 0) continue
    if (w * 32 < first) word = (word >>> (first & 31)) << (first & 31)
    if ((w + 1) * 32 > end) word &= (1 << (end & 31)) - 1
    if (word !== 0) return true
  }
  return false
}

/** Puts the rows of a part into those of the whole, where it begins at row `base`. */
export function placeBits(part: Uint32Array, base: number, whole: Uint32Array): void {
  const shift = base & 31
  let at = base >>> 5
  for (let w = 0; w < part.length; w++, at++) {
    const word = part[w] as number
    if (word === 0) continue
    whole[at] = (whole[at] as number) | (word << shift)
    const over = shift === 0 ? 0 : word >>> (32 - shift)
    if (over !== 0) whole[at + 1] = (whole[at + 1] as number) | over
  }
}

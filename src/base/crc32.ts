/** CRC-32 (IEEE 802.3, reflected, as in zlib and MS-EVEN6), slicing by 8. Node's `zlib.crc32` is injected where speed counts. */
const tables: Uint32Array[] = []
for (let t = 0; t < 8; t++) tables.push(new Uint32Array(256))
for (let n = 0; n < 256; n++) {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  ;(tables[0] as Uint32Array)[n] = c >>> 0
}
for (let n = 0; n < 256; n++) {
  for (let t = 1; t < 8; t++) {
    const before = (tables[t - 1] as Uint32Array)[n] as number
    ;(tables[t] as Uint32Array)[n] = ((tables[0] as Uint32Array)[before & 0xff] as number) ^ (before >>> 8)
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]
const at = (table: Uint32Array, index: number) => table[index] as number

/** CRC of `bytes`, continued from `seed` (the result of a previous call; 0 to start). */
export function crc32(bytes: Uint8Array, seed = 0): number {
  let c = ~seed
  let i = 0
  const whole = bytes.length - (bytes.length % 8)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (; i < whole; i += 8) {
    const a = c ^ view.getUint32(i, true)
    const b = view.getUint32(i + 4, true)
    c =
      at(t7, a & 0xff) ^
      at(t6, (a >>> 8) & 0xff) ^
      at(t5, (a >>> 16) & 0xff) ^
      at(t4, a >>> 24) ^
      at(t3, b & 0xff) ^
      at(t2, (b >>> 8) & 0xff) ^
      at(t1, (b >>> 16) & 0xff) ^
      at(t0, b >>> 24)
  }
  for (; i < bytes.length; i++) c = at(t0, (c ^ (bytes[i] as number)) & 0xff) ^ (c >>> 8)
  return ~c >>> 0
}

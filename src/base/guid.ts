/** Order of the bytes of a GUID in its text: the first three groups lie little-endian. */
const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

/** The 16 bytes from `from` on as `{8DE952DA-935A-4EB9-8A2C-0218270B1831}`; bytes that are missing count as zero. */
export function guidText(bytes: Uint8Array, from = 0): string {
  const hex = order.map((i) => (bytes[from + i] ?? 0).toString(16).padStart(2, '0')).join('')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return `{${parts.join('-').toUpperCase()}}`
}

/** Builds small registry hives (REGF) as they lie on disk. */
export interface KeyPlan {
  readonly name: string
  readonly values?: Readonly<Record<string, Uint8Array>>
  readonly keys?: readonly KeyPlan[]
  readonly lastWritten?: bigint
}

export const wide = (text: string): Uint8Array => new Uint8Array(Buffer.from(`${text}\0`, 'utf16le'))
export const number32 = (number: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number, true)
  return bytes
}

const none = 0xffff_ffff
const writeList = (view: DataView, places: readonly number[]) => {
  for (const [i, place] of places.entries()) view.setUint32(i * 4, place, true)
}

export function buildHive(root: KeyPlan, options: { readonly dirty?: boolean } = {}): Uint8Array {
  const cells: Uint8Array[] = []
  let end = 32
  const addCell = (size: number, fill: (view: DataView, bytes: Uint8Array) => void): number => {
    const whole = Math.ceil((size + 4) / 8) * 8
    const bytes = new Uint8Array(whole)
    new DataView(bytes.buffer).setInt32(0, -whole, true)
    const content = bytes.subarray(4)
    fill(new DataView(bytes.buffer, 4), content)
    cells.push(bytes)
    const at = end
    end += whole
    return at
  }
  const addText = (bytes: Uint8Array, text: string, at: number) => bytes.set(Buffer.from(text, 'latin1'), at)
  const addData = (data: Uint8Array): number => {
    if (data.length <= 16_344) return addCell(data.length, (_, bytes) => bytes.set(data))
    const parts: number[] = []
    for (let at = 0; at < data.length; at += 16_344) {
      const part = data.subarray(at, at + 16_344)
      parts.push(addCell(part.length + 4, (_, bytes) => bytes.set(part)))
    }
    const list = addCell(parts.length * 4, (view) => writeList(view, parts))
    return addCell(8, (view, bytes) => {
      addText(bytes, 'db', 0)
      view.setUint16(2, parts.length, true)
      view.setUint32(4, list, true)
    })
  }
  const addValue = (name: string, data: Uint8Array): number => {
    const isInline = data.length <= 4
    const place = isInline ? 0 : addData(data)
    return addCell(20 + name.length, (view, bytes) => {
      addText(bytes, 'vk', 0)
      view.setUint16(2, name.length, true)
      view.setUint32(4, isInline ? data.length + 2 ** 31 : data.length, true)
      if (isInline) bytes.set(data, 8)
      else view.setUint32(8, place, true)
      view.setUint32(12, 3, true)
      view.setUint16(16, 1, true)
      addText(bytes, name, 20)
    })
  }
  const addKey = (key: KeyPlan): number => {
    const keys = (key.keys ?? []).map(addKey)
    const values = Object.entries(key.values ?? {}).map(([name, data]) => addValue(name, data))
    const listOf = (places: readonly number[]) =>
      places.length === 0 ? none : addCell(places.length * 4, (view) => writeList(view, places))
    const valueList = listOf(values)
    const keyList =
      keys.length === 0
        ? none
        : addCell(4 + keys.length * 8, (view, bytes) => {
            addText(bytes, 'lh', 0)
            view.setUint16(2, keys.length, true)
            for (const [i, place] of keys.entries()) view.setUint32(4 + i * 8, place, true)
          })
    return addCell(76 + key.name.length, (view, bytes) => {
      addText(bytes, 'nk', 0)
      view.setUint16(2, 0x20, true)
      view.setBigUint64(4, key.lastWritten ?? 0n, true)
      view.setUint32(20, keys.length, true)
      view.setUint32(28, keyList, true)
      view.setUint32(36, values.length, true)
      view.setUint32(40, valueList, true)
      view.setUint16(72, key.name.length, true)
      addText(bytes, key.name, 76)
    })
  }
  const top = addKey(root)
  const bins = Math.ceil(end / 4096) * 4096
  const file = new Uint8Array(4096 + bins)
  const view = new DataView(file.buffer)
  addText(file, 'regf', 0)
  view.setUint32(4, 7, true)
  view.setUint32(8, options.dirty ? 6 : 7, true)
  view.setUint32(36, top, true)
  view.setUint32(40, bins, true)
  addText(file, 'hbin', 4096)
  let at = 4096 + 32
  for (const cell of cells) {
    file.set(cell, at)
    at += cell.length
  }
  return file
}

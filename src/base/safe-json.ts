/** JSON that nothing on a screen is moved, turned round or hidden by: the same values, more of them escaped. */
const hiddenUnit =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/
/** and the invisible tag characters */
const unsafe = new RegExp(`${hiddenUnit.source}|\\udb40[\\udc00-\\udc7f]`, 'g')

const escaped = (symbols: string) =>
  symbols.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Escapes what JSON itself lets through. Such characters stand only inside strings, where the escape means the same. */
export const safeJson = (json: string): string => json.replace(unsafe, escaped)

/** By UTF-16 code unit, 1 for those `safeJson` escapes wherever they stand. */
export function hiddenUnits(): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, unit) =>
    hiddenUnit.test(String.fromCharCode(unit)) ? 1 : 0,
  )
}

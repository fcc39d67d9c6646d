/** Widths of 11 px Inter: measured by a canvas in the window, by a table where there is none. */
import type { Measure, Weight } from './page.ts'

/** Advance widths of Inter in thousandths of an em, on the wide side: what the table calls free is free. */
const narrow = new Set([..."iljtfrI.,:;|!'’`() "])
const wide = new Set([...'mwMW@%…—⟨⟩'])
export const measureByTable: Measure = (text, weight) => {
  let width = 0
  for (const letter of text)
    width += narrow.has(letter) ? 0.36 : wide.has(letter) ? 0.95 : /[A-Z]/.test(letter) ? 0.72 : 0.64
  return width * 11 * (weight === 'strong' ? 1.05 : 1) + 1
}

const weights: Readonly<Record<Weight, number>> = { text: 420, label: 500, strong: 650 }

/** Needs fonts loaded. Figures are measured as zeros, because times are set in tabular figures. */
export function measureByCanvas(): Measure {
  const context = document.createElement('canvas').getContext('2d')
  if (!context) return measureByTable
  const known = new Map<string, number>()
  return (text, weight) => {
    const key = `${weight} ${text}`
    const kept = known.get(key)
    if (kept !== undefined) return kept
    context.font = `${weights[weight]} 11px "Inter Variable", Inter, system-ui, sans-serif`
    const width =
      Math.ceil(context.measureText(/^[+−]?\d/.test(text) ? text.replace(/\d/g, '0') : text).width) + 1
    if (known.size > 5000) known.clear()
    known.set(key, width)
    return width
  }
}

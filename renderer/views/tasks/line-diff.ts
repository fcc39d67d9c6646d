/** Two texts line by line, side by side: the shortest way from one to the other (Myers), within bounds. Pure. */

export interface LinePair {
  readonly left: string | undefined
  readonly right: string | undefined
  readonly same: boolean
}
const mostLines = 4000
/** lines that may differ before the way is given up */
const mostEdits = 600

const linesOf = (text: string) => text.replace(/\r\n?/g, '\n').split('\n')

/** Undefined: the texts are too long or too different to be laid side by side. */
export function lineDiff(one: string, other: string): readonly LinePair[] | undefined {
  const a = linesOf(one)
  const b = linesOf(other)
  if (a.length > mostLines || b.length > mostLines) return undefined
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const middle = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  if (!middle) return undefined
  const same = (line: string): LinePair => ({ left: line, right: line, same: true })
  return [...a.slice(0, head).map(same), ...paired(middle), ...a.slice(a.length - tail).map(same)]
}

type Edit = { readonly kind: 'same' | 'left' | 'right'; readonly line: string }

function edits(a: readonly string[], b: readonly string[]): readonly Edit[] | undefined {
  const trace: Map<number, number>[] = []
  let reach = new Map<number, number>([[1, 0]])
  for (let d = 0; d <= mostEdits; d++) {
    const next = new Map(reach)
    trace.push(reach)
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++
        y++
      }
      next.set(k, x)
      if (x >= a.length && y >= b.length) return walkBack(a, b, trace, d)
    }
    reach = next
  }
  return undefined
}

function walkBack(
  a: readonly string[],
  b: readonly string[],
  trace: readonly Map<number, number>[],
  depth: number,
): readonly Edit[] {
  const found: Edit[] = []
  let x = a.length
  let y = b.length
  for (let d = depth; d >= 0; d--) {
    const reach = trace[d] as Map<number, number>
    const k = x - y
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1))
    const beforeK = down ? k + 1 : k - 1
    const beforeX = d === 0 ? 0 : (reach.get(beforeK) ?? 0)
    const beforeY = d === 0 ? 0 : beforeX - beforeK
    while (x > beforeX && y > beforeY) {
      found.push({ kind: 'same', line: a[x - 1] as string })
      x--
      y--
    }
    if (d === 0) break
    if (down) found.push({ kind: 'right', line: b[--y] as string })
    else found.push({ kind: 'left', line: a[--x] as string })
  }
  return found.reverse()
}

/** What went away stands beside what came in its place. */
function paired(run: readonly Edit[]): readonly LinePair[] {
  const pairs: LinePair[] = []
  let left: string[] = []
  let right: string[] = []
  const flush = () => {
    for (let at = 0; at < Math.max(left.length, right.length); at++)
      pairs.push({ left: left[at], right: right[at], same: false })
    left = []
    right = []
  }
  for (const { kind, line } of run) {
    if (kind === 'left') left.push(line)
    else if (kind === 'right') right.push(line)
    else {
      flush()
      pairs.push({ left: line, right: line, same: true })
    }
  }
  flush()
  return pairs
}

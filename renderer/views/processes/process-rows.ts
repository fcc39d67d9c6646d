/** The processes of a chain as runs and rows: one run per process the task itself started. Pure. */
import { encodedCommand } from '../../../src/base/encoded-command.ts'
import type { ChainShape, CitationShape } from '../../../src/contract/shapes.ts'
import { millisecondsBetween, parseUtc } from '../../../src/domain/time.ts'

export type ProcessNode = ChainShape['tree']['nodes'][number]

export interface Ended {
  readonly time: string
  /** as recorded, hex; undefined when the record of the end has none */
  readonly exitStatus: string | undefined
  /** undefined when the end is known but its record is no step of the chain */
  readonly at: CitationShape | undefined
}
/** What to draw before a name: a line that passes, a branch, its end, or nothing. */
export type Twig = 'line' | 'tee' | 'end' | 'none'

export interface ProcessRow {
  readonly index: number
  readonly node: ProcessNode
  readonly twigs: readonly Twig[]
  readonly hasChildren: boolean
  readonly ended: Ended | undefined
  /** milliseconds from the task's record, exact to the tick; undefined when the time cannot be read */
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  /** PowerShell of `-EncodedCommand`, decoded; only to be looked at */
  readonly decoded: string | undefined
}
export interface Run {
  readonly standing: ProcessNode['standing']
  /** the parent of the first process, which no record of this tree tells of */
  readonly parent: { readonly kind: string; readonly pid: number | null; readonly image: string | null }
  readonly rows: readonly ProcessRow[]
  /** milliseconds from the task's record: first start, and last end or start */
  readonly from: number
  readonly to: number
}

/** All runs, proven ones first, each in the order of its start. */
export function runsOf(chain: ChainShape): readonly Run[] {
  const { nodes } = chain.tree
  const children = new Map<number, number[]>()
  const roots: number[] = []
  for (const [index, node] of nodes.entries()) {
    if (node.parent.kind === 'node' && node.parent.index < index) {
      const known = children.get(node.parent.index)
      if (known) known.push(index)
      else children.set(node.parent.index, [index])
    } else roots.push(index)
  }
  const ends = endsOf(chain)
  const zero = parseUtc(chain.time)
  const fromTask = (time: string | null) => {
    const at = time === null ? undefined : parseUtc(time)
    return zero === undefined || at === undefined ? undefined : millisecondsBetween(zero, at)
  }
  const rowsBelow = (index: number, twigs: readonly Twig[], rows: ProcessRow[]) => {
    const node = nodes[index]
    if (!node) return
    const below = children.get(index) ?? []
    rows.push({
      index,
      node,
      twigs,
      hasChildren: below.length > 0,
      ended:
        node.ended === null
          ? undefined
          : (ends(node) ?? { time: node.ended, exitStatus: undefined, at: undefined }),
      startMs: fromTask(node.started),
      endMs: fromTask(node.ended),
      decoded: node.commandLine === null ? undefined : encodedCommand(node.commandLine),
    })
    const passing = twigs.map((twig): Twig => (twig === 'tee' || twig === 'line' ? 'line' : 'none'))
    for (const [place, child] of below.entries())
      rowsBelow(child, [...passing, place === below.length - 1 ? 'end' : 'tee'], rows)
  }
  const runs = roots.flatMap((root): readonly Run[] => {
    const rows: ProcessRow[] = []
    rowsBelow(root, [], rows)
    const node = nodes[root]
    if (!node) return []
    const times = rows
      .flatMap((row) => [row.startMs, row.endMs])
      .filter((ms): ms is number => ms !== undefined)
    const parent = node.parent.kind === 'node' ? { kind: 'outside', pid: null, image: null } : node.parent
    return [
      {
        standing: node.standing,
        parent,
        rows,
        from: times.reduce((least, ms) => Math.min(least, ms), times[0] ?? 0),
        to: times.reduce((most, ms) => Math.max(most, ms), times[0] ?? 0),
      },
    ]
  })
  return [
    ...runs.filter((run) => run.standing === 'proven'),
    ...runs.filter((run) => run.standing !== 'proven'),
  ]
}

/** The record of a process's end among the steps: same id, same moment. */
function endsOf(chain: ChainShape): (node: ProcessNode) => Ended | undefined {
  const ends = new Map(
    chain.steps
      .filter((step) => step.role === 'process-ended')
      .map((step) => [`${step.facts.pid} ${step.time} ${step.computer}`, step]),
  )
  return (node) => {
    const step =
      ends.get(`${node.pid} ${node.ended} ${chain.host}`) ??
      [...ends.values()].find((each) => each.facts.pid === String(node.pid) && each.time === node.ended)
    if (!step) return undefined
    const { evidenceId, recordId, chunk, offset } = step
    return { time: step.time, exitStatus: step.facts.exitStatus, at: { evidenceId, recordId, chunk, offset } }
  }
}

/** Rows left when some are folded: what lies below a folded row goes. */
export function withoutFolded(
  rows: readonly ProcessRow[],
  folded: ReadonlySet<number>,
): readonly ProcessRow[] {
  const hidden = new Set<number>()
  return rows.filter(({ index, node }) => {
    const { parent } = node
    if (parent.kind !== 'node') return true
    const gone = hidden.has(parent.index) || folded.has(parent.index)
    if (gone) hidden.add(index)
    return !gone
  })
}

const known: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'general error',
  2: 'file not found',
  3: 'path not found',
  5: 'access denied',
  3221225477: 'access violation',
  3221225786: 'ended by Ctrl C',
  3221225781: 'a DLL is missing',
  3221225794: 'a DLL could not start',
  1073807364: 'ended by a debugger',
  4294967295: '−1, often ended by another process',
}
/** `0, success` for `0x0`; the code alone when nothing is known of it; programs choose their own codes. */
export function exitWords(status: string): string {
  const code = Number(status)
  if (!Number.isInteger(code) || code < 0) return status
  const number = code > 0xffff ? `0x${code.toString(16)}` : String(code)
  return known[code] === undefined ? number : `${number}, ${known[code]}`
}

/** `cmd.exe` for a path; undefined when there is no image. */
export const imageName = (image: string | null): string | undefined =>
  image === null
    ? undefined
    : image.slice(Math.max(image.lastIndexOf('\\'), image.lastIndexOf('/')) + 1) || image

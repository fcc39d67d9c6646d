import { escapeLine } from '../base/escape.ts'
import type { OnProgress, Progress } from '../domain/progress.ts'
import type { Terminal } from './terminal.ts'
import { shorten } from './text-table.ts'

const scales = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.5 GiB`, `812 B` */
export function bytesInWords(count: number): string {
  let value = count
  let scale = 0
  while (value >= 1024 && scale < scales.length - 1) {
    value /= 1024
    scale += 1
  }
  return `${scale === 0 ? value.toFixed(0) : value.toFixed(1)} ${scales[scale]}`
}

/** `14 621` with thin grouping a terminal can show. */
export const countInWords = (count: number): string =>
  Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ')

const amount = (count: number, unit: Progress['unit']) =>
  unit === 'bytes' ? bytesInWords(count) : countInWords(count)

function remaining(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s left`
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min left` : `${(seconds / 3600).toFixed(1)} h left`
}

/** `Reading Security.evtx  42%  1.2 GiB of 2.9 GiB  120.0 MiB/s  15 s left` */
export function progressInWords(progress: Progress): string {
  const { phase, done, total, unit, rate, remainingSeconds, part } = progress
  const parts = [escapeLine(phase)]
  // an artifact among others tells its own way first
  if (part && part.done > 0)
    parts.push(
      [
        `${bytesInWords(part.done)}${part.total === null ? '' : ` of ${bytesInWords(part.total)}`}`,
        ...(part.rate === null ? [] : [`${bytesInWords(part.rate)}/s`]),
        ...(part.remainingSeconds === null ? [] : [remaining(part.remainingSeconds)]),
      ].join(' '),
      'in all',
    )
  if (total !== null && total > 0) parts.push(`${Math.floor((100 * Math.min(done, total)) / total)}%`)
  const plural = unit === 'bytes' ? '' : ` ${unit}`
  parts.push(
    total === null ? amount(done, unit) + plural : `${amount(done, unit)} of ${amount(total, unit)}${plural}`,
  )
  if (rate !== null) parts.push(`${amount(rate, unit)}${plural}/s`)
  if (remainingSeconds !== null) parts.push(remaining(remainingSeconds))
  return parts.join('  ')
}

export interface ProgressLine {
  readonly onProgress: OnProgress
  /** Takes the line away; call before anything else is written. */
  clear(): void
}

/** Progress on stderr: one line that renews itself on a terminal, a line per step and second where it was asked for. */
export function progressLine(terminal: Terminal, asked: boolean | undefined): ProgressLine {
  const wanted = asked ?? terminal.stderrIsTerminal
  if (!wanted) return { onProgress: () => {}, clear: () => {} }
  if (!terminal.stderrIsTerminal) {
    let lastAt = Number.NEGATIVE_INFINITY
    let lastStep = ''
    return {
      onProgress(progress) {
        const { step } = progress
        const now = performance.now()
        if (step === lastStep && now - lastAt < 1000) return
        lastStep = step
        lastAt = now
        terminal.tell(`${progressInWords(progress)}\n`)
      },
      clear() {},
    }
  }
  let isShown = false
  return {
    onProgress(progress) {
      isShown = true
      terminal.tell(
        `\r\u001b[K${shorten(progressInWords(progress), Math.max(20, terminal.stderrColumns - 1))}`,
      )
    },
    clear() {
      if (isShown) terminal.tell('\r\u001b[K')
      isShown = false
    },
  }
}

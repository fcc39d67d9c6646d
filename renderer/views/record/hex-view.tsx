// The bytes of the record with their offsets in the file. Only the lines in sight are drawn: 64 KiB are 4,096 lines.

import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { formatExactBytes, Notice } from '../../widgets/index.ts'
import { bytesOfBase64, findText, hexLine, lineCount, lineOffset, offsetText } from './hex-layout.ts'

const lineHeight = 17

/** `markedAt`: an offset in the file that a citation names; without it the details are a record's. */
export function HexView(props: {
  details: Pick<RecordDetails, 'bytes' | 'fileOffset' | 'length'>
  picked: string | undefined
  markedAt?: number
}) {
  const { details, picked, markedAt } = props
  const scroller = useRef<HTMLDivElement>(null)
  const bytes = useMemo(() => bytesOfBase64(details.bytes), [details.bytes])
  const run = useMemo(
    () => (bytes && picked !== undefined ? findText(bytes, picked) : undefined),
    [bytes, picked],
  )
  const marked = useMemo(() => {
    const start = (markedAt ?? -1) - details.fileOffset
    return bytes && start >= 0 && start < bytes.length
      ? { start, end: Math.min(bytes.length, start + 16) }
      : undefined
  }, [bytes, markedAt, details.fileOffset])
  const lines = bytes ? lineCount(details.fileOffset, bytes.length) : 0
  const virtual = useVirtualizer({
    count: lines,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 8,
    initialRect: { width: 600, height: 200 },
  })
  const line =
    run || marked
      ? Math.floor(((details.fileOffset % 16) + (run ?? marked ?? { start: 0 }).start) / 16)
      : undefined
  useEffect(() => {
    if (line !== undefined) virtual.scrollToIndex(line, { align: 'center' })
  }, [line, virtual])

  if (!bytes)
    return (
      <Notice kind="judge" title="The bytes could not be shown">
        What the engine sent is no base64. The file itself is kept unchanged in the case.
      </Notice>
    )
  const drawn = virtual.getVirtualItems()
  return (
    <div className="hex-pane">
      <div className="hex-head">
        {markedAt === undefined ? (
          <span>
            <span className="swatch swatch-header" />
            record header
          </span>
        ) : null}
        <span hidden={markedAt !== undefined && marked === undefined}>
          <span className="swatch swatch-value" />
          {markedAt !== undefined
            ? 'the place that was cited'
            : run
              ? `picked value, ${formatExactBytes(run.end - run.start)} at 0x${(details.fileOffset + run.start).toString(16)}`
              : picked !== undefined
                ? 'picked value: not in these bytes as text'
                : 'picked value: none, press a field name'}
        </span>
        <span className="grow" />
        <span>
          0x{details.fileOffset.toString(16)} to 0x{(details.fileOffset + details.length).toString(16)}
          {bytes.length < details.length ? `, first ${formatExactBytes(bytes.length)}` : ''}
        </span>
      </div>
      <section
        className="hex-scroll"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={markedAt === undefined ? 'Bytes of the record' : 'Bytes of the item'}
      >
        <div className="hex-space" style={{ height: lines * lineHeight }}>
          <pre className="hex" style={{ top: drawn[0]?.start ?? 0 }}>
            {drawn.map(({ index }) => {
              const pieces = hexLine(bytes, details.fileOffset, index, run ?? marked, markedAt === undefined)
              return (
                <div key={index} data-line={index}>
                  <span className="at">{offsetText(lineOffset(details.fileOffset, index))}</span>
                  {'  '}
                  {pieces.map((piece, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
                    <Run key={place} region={piece.region} text={piece.hex} />
                  ))}
                  {'  '}
                  {pieces.map((piece, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
                    <Run key={place} region={piece.region} text={piece.ascii} />
                  ))}
                </div>
              )
            })}
          </pre>
        </div>
      </section>
    </div>
  )
}

function Run(props: { region: string; text: string }) {
  if (props.region === 'value') return <mark className="value">{props.text}</mark>
  if (props.region === 'header') return <mark>{props.text}</mark>
  return props.text
}

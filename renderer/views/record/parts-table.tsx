import { useMemo } from 'react'
import type { RecordDetails } from '../../../src/contract/shapes.ts'
import { fileTime, formatUtc } from '../../../src/domain/time.ts'
import { Escape, formatCount, formatStamp } from '../../widgets/index.ts'
import { bytesOfBase64, findText, recordParts } from './hex-layout.ts'

/** What the fixed parts of the record mean, with offsets in the file. */
export function PartsTable(props: { details: RecordDetails; picked: string | undefined }) {
  const { details, picked } = props
  const rows = useMemo(() => {
    const bytes = bytesOfBase64(details.bytes) ?? new Uint8Array()
    const { parts, written } = recordParts(bytes, details.length)
    const run = picked === undefined ? undefined : findText(bytes, picked)
    const all = parts.map((part) => ({
      ...part,
      value:
        part.name === 'Written' && written !== undefined
          ? formatStamp(formatUtc(fileTime(written)))
          : part.name === 'Header record id' && part.value !== details.citation.recordId
            ? `${part.value}, not the EventRecordID`
            : part.value,
      picked: false,
    }))
    if (run && picked !== undefined) all.push({ ...run, name: 'Picked value', value: picked, picked: true })
    return all.sort((a, b) => a.start - b.start)
  }, [details.bytes, details.length, details.citation.recordId, picked])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="parts-scroll" tabIndex={0} aria-label="What the bytes mean">
      <div className="hex-head">
        <span>What the bytes mean</span>
        <span className="grow" />
        <span>offsets in the file</span>
      </div>
      <table className="table parts">
        <thead>
          <tr>
            <th className="parts-at">Offset</th>
            <th className="parts-size num">Bytes</th>
            <th className="parts-name">Region</th>
            <th>Value</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.start} ${row.name}`} aria-selected={row.picked}>
              <td className="mono">0x{(details.fileOffset + row.start).toString(16)}</td>
              <td className="num">{formatCount(row.end - row.start)}</td>
              <td>{row.name}</td>
              <td className="mono">
                <Escape text={row.value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

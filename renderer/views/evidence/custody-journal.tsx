import { useState } from 'react'
import type { CustodyRow, EvidenceRow } from '../../../src/contract/shapes.ts'
import { Escape, formatStamp, LinkButton, Notice, plural, Severity } from '../../widgets/index.ts'

const shownFirst = 40

const actionWords: Readonly<Record<string, string>> = {
  'case-opened': 'Case opened',
  connected: 'Connected',
  collected: 'Collected',
  'collection-failed': 'Collection failed',
  imported: 'Imported',
  verified: 'Verified',
  'viewed-export': 'Export viewed',
  derived: 'Derived',
  'host-changed': 'Host changed',
  note: 'Note',
  sealed: 'Sealed',
  copied: 'Copied',
  encrypted: 'Encrypted',
  released: 'Released',
  received: 'Received',
  'receipt-verified': 'Receipt verified',
  disposed: 'Disposed',
}

const shortLink = (hash: string) => `${hash.slice(0, 4)}…${hash.slice(-4)}`
/** The note names its items already. */
const repeats = (line: CustodyRow, names: ReadonlyMap<string, string>): boolean =>
  line.items.every((id) => {
    const name = names.get(id)
    return name !== undefined && line.note.includes(name)
  })
/** First 16 digits in groups of four: short enough to read out by phone. */
const phrase = (hash: string) => (hash.slice(0, 16).match(/.{1,4}/g) ?? []).join(' ')

export function CustodyJournal(props: {
  custody: { intact: boolean; note: string; lines: readonly CustodyRow[] }
  evidence: readonly EvidenceRow[]
}) {
  const { intact, note, lines } = props.custody
  const [all, setAll] = useState(false)
  const names = new Map(props.evidence.map((row) => [row.id, row.name]))
  // the newest lines matter most, and the head of the journal is the last one
  const shown = all ? lines : lines.slice(-shownFirst)
  const rest = lines.length - shownFirst
  const head = lines.at(-1)
  return (
    <>
      {intact ? (
        <p className="custody-state">
          <Severity kind="good">Journal intact</Severity> <span className="small mid">{note}</span>
        </p>
      ) : (
        <Notice kind="harm" title="Journal broken">
          {note} Lines after the break vouch for nothing. Compare with the last bundle that was sealed before
          it.
        </Notice>
      )}
      {rest > 0 ? (
        <LinkButton onPress={() => setAll(!all)}>
          {all ? 'Only the newest lines' : `Show ${plural(rest, 'earlier line')}`}
        </LinkButton>
      ) : null}
      <ol className="journal" start={lines.length - shown.length + 1}>
        {shown.map((line) => (
          <li key={line.seq}>
            <time dateTime={line.at} title={`${formatStamp(line.at, 3)} UTC`}>
              {formatStamp(line.at, 0).slice(5)}
            </time>
            <span className="journal-what">
              <b>{actionWords[line.action] ?? line.action}</b> by <Escape text={line.actor} />
              {line.items.length > 0 && !repeats(line, names) ? (
                <>
                  {': '}
                  {line.items.length <= 2 ? (
                    <Escape
                      text={line.items.map((id) => names.get(id) ?? `${id.slice(0, 12)}…`).join(', ')}
                    />
                  ) : (
                    plural(line.items.length, 'item')
                  )}
                </>
              ) : null}
              {line.note ? (
                <span className="mid">
                  {'. '}
                  <Escape text={line.note} />
                </span>
              ) : null}
            </span>
            <span className="link-hash" title={`Hash of this line: ${line.hash}`}>
              {shortLink(line.hash)}
            </span>
          </li>
        ))}
      </ol>
      {head ? (
        <p className="small mid">
          Head of the journal <span className="mono">{phrase(head.hash)}</span>. Read it out at handover; it
          pins every line above.
        </p>
      ) : null}
    </>
  )
}

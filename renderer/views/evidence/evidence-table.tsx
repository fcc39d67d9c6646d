import { useState } from 'react'
import type { EvidenceRow } from '../../../src/contract/shapes.ts'
import { holdsRecords } from '../../../src/domain/evidence.ts'
import {
  Absent,
  Escape,
  formatCount,
  formatExactBytes,
  formatStamp,
  Icon,
  LinkButton,
  PlaceCitation,
  plural,
  Severity,
} from '../../widgets/index.ts'
import { useWindowWidth } from '../timeline/use-window-width.ts'
import { HashCopy } from './hash-copy.tsx'

/** Rows shown before the rest is asked for: a triage folder brings hundreds of task files. */
const shownFirst = 60

const provenanceWords: Readonly<Record<string, string>> = {
  'raw-live-copy': 'raw live copy',
  'raw-copy': 'raw copy',
  'full-export': 'full export',
  'filtered-export': 'filtered export',
  're-saved': 'saved again',
  undetermined: 'cannot tell',
}
const kindWords: Readonly<Record<string, string>> = {
  evtx: 'event log',
  'event-table': 'exported events',
  'task-job': '.job file',
  'task-list': 'service list',
  'task-cache': 'TaskCache keys',
  'registry-hive': 'registry hive',
  'host-state': 'live state',
  acquisition: 'how it was taken',
  'collector-log': 'log of the collector',
  'task-xml': 'task definition',
  'host-facts': 'host facts',
  archive: 'archive',
  ticket: 'ticket',
  other: 'other file',
}

/** `06-10 21:21:20 to 21:21:29`: the day again only when it changes, the year on hover. */
function span(first: string, last: string, short: boolean): string {
  const from = formatStamp(first, 0)
  const to = formatStamp(last, 0)
  if (from.slice(0, 10) === to.slice(0, 10)) return `${short ? from.slice(5) : from} to ${to.slice(11)}`
  if (short)
    return from.slice(0, 4) === to.slice(0, 4)
      ? `${from.slice(5, 16)} to ${to.slice(5, 16)}`
      : `${from.slice(0, 10)} to ${to.slice(0, 10)}`
  return `${from} to ${to.slice(0, 4) === from.slice(0, 4) ? to.slice(5) : to}`
}

export function EvidenceTable(props: { rows: readonly EvidenceRow[] }) {
  const [all, setAll] = useState(false)
  const narrow = useWindowWidth() <= 1180
  const rows = all ? props.rows : props.rows.slice(0, shownFirst)
  const rest = props.rows.length - shownFirst
  return (
    <>
      <table className="table evidence-table">
        <caption className="unseen">Evidence items</caption>
        <colgroup>
          <col />
          {narrow ? null : <col className="e-host" />}
          <col className="e-class" />
          <col className="e-size" />
          <col className="e-rec" />
          <col className="e-span" />
          {narrow ? null : <col className="e-missing" />}
          <col className="e-problems" />
          <col className="e-hash" />
        </colgroup>
        <thead>
          <tr>
            <th>Item</th>
            {narrow ? null : <th>Host</th>}
            <th>Provenance</th>
            <th className="num">Size, bytes</th>
            <th className="num">Records</th>
            <th>First to last, UTC</th>
            {narrow ? null : <th className="num">Ids missing</th>}
            <th className="num">Problems</th>
            <th>SHA-256</th>
          </tr>
        </thead>
        {rows.map((row) => (
          <ItemRows key={row.id} row={row} narrow={narrow} />
        ))}
      </table>
      {rest > 0 ? (
        <LinkButton onPress={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${plural(rest, 'more item')}`}
        </LinkButton>
      ) : null}
    </>
  )
}

function ItemRows(props: { row: EvidenceRow; narrow: boolean }) {
  const { row, narrow } = props
  const [open, setOpen] = useState(false)
  const isLog = holdsRecords(row.kind)
  const details = `evidence-details-${row.id}`
  return (
    <tbody className={open ? 'is-open' : undefined}>
      <tr>
        <td className="strong">
          <button
            type="button"
            className="item-toggle"
            aria-expanded={open}
            aria-controls={details}
            title={row.name.slice(0, 2000)}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'down' : 'right'} small />
            <span className="cut">
              <Escape text={row.name} />
            </span>
          </button>
        </td>
        {narrow ? null : (
          <td className="mid" title={row.host ?? undefined}>
            {row.host === null ? <Absent why="not told" /> : <Escape text={row.host} />}
          </td>
        )}
        <td>
          {row.provenance === null ? (
            <span className="mid">{kindWords[row.kind] ?? row.kind}</span>
          ) : row.provenance === 'undetermined' ? (
            <span className="answer answer-unknown">
              <span className="answer-mark" aria-hidden="true">
                ?
              </span>
              cannot tell
            </span>
          ) : (
            (provenanceWords[row.provenance] ?? row.provenance)
          )}
        </td>
        <td className="num">{formatExactBytes(row.size).replace(/ bytes?$/, '')}</td>
        <td className="num">{isLog ? formatCount(row.records) : null}</td>
        <td className="mono">
          {row.first !== null && row.last !== null ? (
            <span title={`${formatStamp(row.first)} to ${formatStamp(row.last)} UTC`}>
              {span(row.first, row.last, narrow)}
            </span>
          ) : (
            <span className="plain-word">
              <Absent why={isLog ? 'no records' : 'not a log'} />
            </span>
          )}
        </td>
        {narrow ? null : (
          <td className="num">
            {isLog && row.missingRecords !== '0' && row.missingRecords !== '' ? (
              <span className="missing-ids">{formatCount(row.missingRecords)}</span>
            ) : isLog ? (
              <Absent why="none" />
            ) : null}
          </td>
        )}
        <td className="num">{row.problems > 0 ? formatCount(row.problems) : <Absent why="none" />}</td>
        <td>
          <HashCopy hash={row.sha256} />
        </td>
      </tr>
      <tr className="item-details" id={details}>
        <td colSpan={narrow ? 7 : 9}>
          {open ? (
            <ItemFacts row={row} />
          ) : (
            <p className="item-line cut">
              {row.state === 'incomplete' ? <Severity kind="judge">read only in part</Severity> : null}
              <Escape text={lineOf(row, narrow)} />
            </p>
          )}
        </td>
      </tr>
    </tbody>
  )
}

/** What is said in one line: which log, and why it is taken for what it is. */
const lineOf = (row: EvidenceRow, narrow: boolean): string =>
  [
    ...(narrow && row.host !== null ? [row.host] : []),
    row.channel ?? row.origin,
    ...(narrow && row.missingRecords !== '0' && row.missingRecords !== ''
      ? [`${formatCount(row.missingRecords)} ids missing`]
      : []),
    ...row.provenanceReasons,
  ].join(' · ')

function ItemFacts(props: { row: EvidenceRow }) {
  const { row } = props
  return (
    <dl className="pairs item-facts">
      <dt>Came from</dt>
      <dd className="mono">
        <Escape text={row.origin} />
      </dd>
      {row.channel === null ? null : (
        <>
          <dt>Log</dt>
          <dd>
            <Escape text={row.channel} />
          </dd>
        </>
      )}
      {row.provenance === null ? null : (
        <>
          <dt>Why {provenanceWords[row.provenance] ?? row.provenance}</dt>
          <dd>
            {row.provenanceReasons.length > 0 ? (
              <ul>
                {row.provenanceReasons.map((reason) => (
                  <li key={reason}>
                    <Escape text={reason} />
                  </li>
                ))}
              </ul>
            ) : (
              <Absent why="no sign of it either way" />
            )}
          </dd>
        </>
      )}
      <dt>Imported</dt>
      <dd>
        <span className="mono">{formatStamp(row.admittedAt, 3)}</span> UTC
        {row.state === 'incomplete' ? (
          <>
            {' '}
            <Severity kind="judge">read only in part: import it again to read the rest</Severity>
          </>
        ) : null}
      </dd>
      <dt>SHA-256</dt>
      <dd className="mono item-hash">{row.sha256}</dd>
      {row.sha256 === '' ? null : (
        <>
          <dt>Stored bytes</dt>
          <dd>
            <PlaceCitation at={{ evidenceId: row.sha256, offset: 0 }} />
          </dd>
        </>
      )}
    </dl>
  )
}

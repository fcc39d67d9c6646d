/** Stored bytes at a place of an item that is no event log, with the item's name and hash. */
import { useState } from 'react'
import type { BytePlace } from '../../../src/contract/citation.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useApi, useWindow } from '../../shell/window-state.tsx'
import {
  Button,
  Dialog,
  Escape,
  formatCount,
  formatExactBytes,
  Skeleton,
  TroubleNotice,
} from '../../widgets/index.ts'
import { copyText } from './clipboard.ts'
import { HexView } from './hex-view.tsx'
import './record.css'

const shown = 4096
/** what lies before the place is shown too, from a line of its own */
const before = 64

const nouns: Readonly<Record<string, string>> = {
  'task-xml': 'task file',
  'task-job': '.job file',
  'task-list': 'list of the service',
  'task-cache': 'keys of TaskCache',
  'registry-hive': 'registry hive',
}

export function PlaceDialog(props: { place: BytePlace | undefined; onClose: () => void }) {
  const { place, onClose } = props
  return (
    <Dialog open={place !== undefined} onClose={onClose} title="Bytes of the evidence" wide>
      {place ? <PlaceBytes place={place} key={`${place.evidenceId}/${place.offset}`} /> : null}
    </Dialog>
  )
}

function PlaceBytes(props: { place: BytePlace }) {
  const { evidenceId, offset } = props.place
  const { caseSummary } = useWindow()
  const api = useApi()
  const caseId = caseSummary?.caseId ?? ''
  const start = Math.max(0, (Math.floor(offset / 16) - before / 16) * 16)
  const [from, setFrom] = useState(start)
  const answer = useAnswer(`bytes ${caseId} ${evidenceId} ${from}`, (signal) =>
    api.evidence.bytes({ caseId, evidenceId, from, count: shown }, { signal }),
  )
  const { value } = answer
  const end = value ? Math.min(value.size, value.from + shown) : 0
  return (
    <div className="place-bytes">
      {value ? (
        <dl className="pairs">
          <dt>Item</dt>
          <dd>
            <Escape text={value.name} code /> <span className="low">{nouns[value.kind] ?? value.kind}</span>
          </dd>
          <dt>Place</dt>
          <dd>
            <span className="mono">0x{offset.toString(16)}</span>{' '}
            <span className="low">
              {offset === 0 ? 'its first byte' : `byte ${formatCount(offset)}`} of{' '}
              {formatExactBytes(value.size)}
            </span>
          </dd>
          <dt>SHA-256</dt>
          <dd className="mono place-hash">{evidenceId}</dd>
        </dl>
      ) : null}
      <TroubleNotice trouble={answer.trouble} again={answer.again} />
      {value ? (
        <HexView
          details={{ fileOffset: value.from, length: end - value.from, bytes: value.bytes }}
          picked={undefined}
          markedAt={offset}
        />
      ) : answer.slow ? (
        <Skeleton rows={8} label="Reading the bytes" />
      ) : null}
      {value ? (
        <div className="row">
          <Button
            small
            icon="left"
            off={from === 0 ? 'The item begins here' : false}
            onPress={() => setFrom(Math.max(0, from - shown))}
          >
            Before
          </Button>
          <Button
            small
            off={end >= value.size ? 'The item ends here' : false}
            onPress={() => setFrom(from + shown)}
          >
            After
          </Button>
          <span className="grow" />
          <Button
            kind="quiet"
            small
            onPress={() => void copyText(`${value.name}, offset ${offset}, evidence SHA-256 ${evidenceId}`)}
          >
            Copy citation
          </Button>
        </div>
      ) : null}
    </div>
  )
}

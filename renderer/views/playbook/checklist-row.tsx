/** One line: its box, its words, the answer of the evidence with its records, what is missing, and what people noted. */
import { useId, useState } from 'react'
import type { AnswersDocument, ChecklistRowShape } from '../../../src/contract/playbook-shapes.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { Answer, Button, Escape, formatStamp, Icon, LinkButton, RestsOn } from '../../widgets/index.ts'
import { asSentence, gapStateWord } from '../overview/words.ts'
import { NoteField } from './note-field.tsx'

/** A why of more than this folds; its records never do. */
const long = 240

export function ChecklistRow(props: {
  row: ChecklistRowShape
  answers: AnswersDocument
  isConflict: boolean
}) {
  const { row } = props
  const id = useId()
  const { act, off, acting } = usePlaybook()
  const [noting, note] = useState(false)
  const [more, setMore] = useState(false)
  const why = row.why ?? ''
  const hasMore = why.length > long || row.missing.length > 0
  const tick = (ticked: boolean) =>
    void act(ticked ? 'Ticked' : 'Tick taken off', (playbook, on) =>
      playbook.tick({ ...on, row: row.id, ticked, note: '' }),
    )
  const isDecision = row.phase === 'decision'
  return (
    <li className="list-item" data-row={row.id}>
      <input
        className="box"
        type="checkbox"
        id={id}
        checked={row.ticked !== null}
        disabled={off !== undefined}
        title={off}
        aria-describedby={`${id}-answer`}
        onChange={(change) => {
          if (!acting) tick(change.target.checked)
        }}
      />
      <div className="asked">
        <label htmlFor={id}>{row.heading}</label>
        <Stated row={row} />
        {noting ? (
          <NoteField
            label={`Note on: ${row.heading.slice(0, 80)}`}
            onKeep={(text) =>
              act('Note kept', (playbook, on) => playbook.note({ ...on, row: row.id, note: text }))
            }
            onClose={() => note(false)}
          />
        ) : null}
      </div>
      <div className="row-answer" id={`${id}-answer`}>
        {row.answer === null ? (
          <span className="low">For a person</span>
        ) : (
          <>
            <Answer
              answer={row.answer}
              word={isDecision ? (row.answer === 'yes' ? 'Holds' : 'Does not hold') : undefined}
            />
            {row.value && !isDecision ? (
              <span className="row-value">
                <Escape text={row.value.replace(/(\d\d:\d\d:\d\d)\.\d+Z/g, '$1Z')} />
              </span>
            ) : null}
          </>
        )}
      </div>
      <div className="reason">
        {props.isConflict ? <b className="conflict-word">Conflict. </b> : null}
        {row.answer === null ? (
          <Escape text={row.todo} />
        ) : (
          <>
            <Escape
              text={
                more || why.length <= long ? asSentence(why) : `${why.slice(0, long).replace(/\s+\S*$/, '')}…`
              }
            />{' '}
            <RestsOn of={row} most={more ? 20 : 3} />
          </>
        )}
        {more ? <Missing row={row} /> : null}
        {more && row.answer !== null ? (
          <p className="row-todo">
            <Escape text={row.todo} />
          </p>
        ) : null}
        {hasMore ? (
          <span data-act="more" className="row-more">
            <LinkButton
              onPress={() => setMore(!more)}
              label={`${moreWord(more, row.missing.length)}: ${row.heading.slice(0, 80)}`}
            >
              {moreWord(more, row.missing.length)}
            </LinkButton>
          </span>
        ) : null}
      </div>
      <span data-act="note" className="row-note">
        <Button
          small
          kind="quiet"
          icon="edit"
          label={`Note on: ${row.heading.slice(0, 80)}`}
          off={off ?? false}
          expanded={noting}
          onPress={() => note(!noting)}
        />
      </span>
    </li>
  )
}

const moreWord = (open: boolean, missing: number): string =>
  open ? 'Less' : missing > 0 ? `What is missing (${missing})` : 'All of it'

/** What the evidence lacks, in which state it is, and what it would tell. */
function Missing(props: { row: ChecklistRowShape }) {
  const { missing } = props.row
  if (missing.length === 0) return null
  return (
    <ul className="missing">
      {missing.map((each) => (
        <li key={`${each.telemetry} ${each.state}`}>
          <span className="missing-state">{gapStateWord(each.state)}</span>
          <span>
            <Escape text={asSentence(each.telemetry)} />{' '}
            {props.row.why?.includes(each.why) ? null : <Escape text={asSentence(each.why)} />}{' '}
            <span className="would">
              Would tell: <Escape text={asSentence(each.wouldTell)} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Who ticked it and every note, each with its way back. */
function Stated(props: { row: ChecklistRowShape }) {
  const { ticked, notes } = props.row
  const { undo, off } = usePlaybook()
  if (ticked === null && notes.length === 0) return null
  return (
    <ul className="stated">
      {ticked ? (
        <li>
          <Icon name="check" small />
          <span>
            {ticked.note ? (
              <>
                <Escape text={ticked.note} />{' '}
              </>
            ) : null}
            <span className="low">
              <Escape text={ticked.by} />, <time dateTime={ticked.at}>{formatStamp(ticked.at, 0)}</time>
            </span>
          </span>
        </li>
      ) : null}
      {notes.map((note) => (
        <li key={note.mark}>
          <Icon name="edit" small />
          <span>
            <Escape text={note.note} lines />{' '}
            <span className="low">
              <Escape text={note.by} />, <time dateTime={note.at}>{formatStamp(note.at, 0)}</time>
            </span>{' '}
            {off ? null : (
              <LinkButton
                onPress={() => void undo(note.mark)}
                label={`Undo the note: ${note.note.slice(0, 60)}`}
              >
                Undo
              </LinkButton>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

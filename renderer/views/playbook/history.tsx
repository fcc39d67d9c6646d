/** Every act of a person on this chain, taken back or not, newest first. */
import { useMemo, useState } from 'react'
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { Escape, formatStamp, LinkButton, Notice, plural } from '../../widgets/index.ts'
import { kindOfAct, wordsOfAct } from './history-words.ts'

const most = 30

export function History(props: { answers: AnswersDocument }) {
  const { history, unreadableMarks } = props.answers.analyst
  const { undo, off } = usePlaybook()
  const [all, setAll] = useState(false)
  const headings = useMemo(
    () => new Map(props.answers.checklist.map((row) => [row.id, row.heading])),
    [props.answers.checklist],
  )
  const acts = [...history].reverse()
  const shown = all ? acts : acts.slice(0, most)
  return (
    <section className="playbook-part" aria-labelledby="h-history">
      <h2 className="part-title" id="h-history">
        History <span className="hint">what people stated, in the custody journal too</span>
      </h2>
      {unreadableMarks > 0 ? (
        <Notice kind="judge" title={`${plural(unreadableMarks, 'mark')} of another version`} live={false}>
          They are kept and not shown here. Open the case with the version of Tasktrail that wrote them.
        </Notice>
      ) : null}
      {acts.length === 0 ? (
        <p className="small mid">Nobody has stated anything about this chain yet.</p>
      ) : null}
      <ol className="history" reversed>
        {shown.map((act) => (
          <li key={act.mark} className={act.undone ? 'is-undone' : undefined}>
            <time className="mono" dateTime={act.at}>
              {formatStamp(act.at, 0)}
            </time>
            <span className="history-by cut" title={act.by}>
              <Escape text={act.by} />
            </span>
            <span className="history-kind">{kindOfAct(act)}</span>
            <span className="history-what">
              <Escape text={wordsOfAct(act, headings)} lines />
              {act.undone ? <span className="low"> taken back</span> : null}
            </span>
            {act.undone || act.kind === 'undo' || off ? (
              <span />
            ) : (
              <LinkButton
                onPress={() => void undo(act.mark)}
                label={`Take back: ${wordsOfAct(act, headings).slice(0, 80)}`}
              >
                Take back
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
      {acts.length > shown.length ? (
        <LinkButton onPress={() => setAll(true)}>
          Show {plural(acts.length - shown.length, 'more act')}
        </LinkButton>
      ) : null}
    </section>
  )
}

/** Setting the disposition: one of four words and a reason. It is kept with name and time, and never overwritten. */
import { useState } from 'react'
import type { AnswersDocument } from '../../../src/contract/playbook-shapes.ts'
import { usePlaybook } from '../../shell/playbook-state.tsx'
import { useWindow } from '../../shell/window-state.tsx'
import { Button, Dialog, Escape, TroubleNotice } from '../../widgets/index.ts'
import { dispositionWords, Verdict } from '../chains/standing.tsx'
import { Field } from '../handover/field.tsx'

type Word = keyof typeof dispositionWords
const says: Readonly<Record<Word, string>> = {
  malicious: 'An intruder made or used this task.',
  expected: 'Known and wanted work of the site.',
  'false-positive': 'The alert does not fit what happened.',
  undetermined: 'This evidence does not decide it.',
}
const words = Object.keys(says) as Word[]

/** What the evidence points to speaks against this word. */
const isAgainst = (word: Word, evidence: AnswersDocument['evidence']['disposition']): boolean =>
  evidence === 'malicious-indicators' || evidence === 'suspicious'
    ? word === 'expected' || word === 'false-positive'
    : evidence === 'expected' && word === 'malicious'

export function DispositionDialog(props: { answers: AnswersDocument; onClose: () => void }) {
  const { answers, onClose } = props
  const { act, refused, off } = usePlaybook()
  const { engine } = useWindow()
  const [word, setWord] = useState<Word>()
  const [why, setWhy] = useState('')
  const [tried, setTried] = useState(false)
  const set = async () => {
    setTried(true)
    if (word === undefined || why.trim() === '') return
    const kept = await act(`Disposition set: ${dispositionWords[word]}`, (playbook, on) =>
      playbook.disposition({ ...on, disposition: word, why: why.trim() }),
    )
    if (kept) onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Set the disposition"
      acts={
        <>
          <Button kind="quiet" onPress={onClose}>
            Leave it
          </Button>
          <Button kind="primary" off={off ?? false} onPress={() => void set()}>
            Set disposition
          </Button>
        </>
      }
    >
      <form
        className="disposition-form"
        onSubmit={(submit) => {
          submit.preventDefault()
          void set()
        }}
      >
        <p className="small">
          <span className="mid">Evidence points to </span>
          <Verdict evidence={answers.evidence.disposition} />
          <span className="mid">
            {answers.conflicts.length > 0 ? ', against the written rule.' : ', and the written rule agrees.'}
          </span>
        </p>
        <fieldset>
          <legend className="field-label">Disposition</legend>
          {words.map((each) => (
            <label className="disposition-choice" key={each}>
              <input
                className="box box-round"
                type="radio"
                name="disposition"
                checked={word === each}
                onChange={() => setWord(each)}
              />
              <span>
                <span className="strong">{dispositionWords[each]}</span>
                <span className="mid small"> {says[each]}</span>
              </span>
            </label>
          ))}
          {tried && word === undefined ? (
            <p className="field-fault" role="alert">
              Choose one.
            </p>
          ) : null}
        </fieldset>
        {word !== undefined && isAgainst(word, answers.evidence.disposition) ? (
          <p className="against">The evidence points elsewhere. Say in the reason what it does not know.</p>
        ) : null}
        <Field
          label="Reason"
          value={why}
          onValue={setWhy}
          most={4000}
          lines={3}
          fault={tried && why.trim() === '' ? 'A disposition needs a reason.' : undefined}
          hint="Goes into the report, the custody journal and the bundle."
        />
        <p className="small low">
          As <Escape text={engine.operator} />. Earlier dispositions stay in the history.
        </p>
        {refused ? <TroubleNotice trouble={refused} /> : null}
      </form>
    </Dialog>
  )
}

import { useEffect, useRef, useState } from 'react'
import { Button } from '../../widgets/index.ts'

/** A note being written: Ctrl Enter keeps it, Esc leaves it. What is not kept stays in the field. */
export function NoteField(props: {
  label: string
  onKeep: (text: string) => Promise<boolean>
  onClose: () => void
}) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const keep = async () => {
    if (text.trim() !== '' && (await props.onKeep(text.trim()))) props.onClose()
  }
  return (
    <div className="note-field">
      <textarea
        ref={field}
        className="input"
        rows={2}
        maxLength={4000}
        aria-label={props.label}
        value={text}
        onChange={(change) => setText(change.target.value)}
        onKeyDown={(press) => {
          if (press.key === 'Escape') props.onClose()
          else if (press.key === 'Enter' && (press.ctrlKey || press.metaKey)) void keep()
          else return
          press.preventDefault()
          press.stopPropagation()
        }}
      />
      <div className="row">
        <Button
          small
          kind="primary"
          off={text.trim() === '' && 'Write something first'}
          onPress={() => void keep()}
        >
          Keep note
        </Button>
        <Button small kind="quiet" onPress={props.onClose}>
          Leave
        </Button>
        <span className="low small">Kept for good with name and time; it can be taken back, not erased.</span>
      </div>
    </div>
  )
}

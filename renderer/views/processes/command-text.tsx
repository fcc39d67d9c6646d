/** A command line or script, folded when long, copied whole. */
import { useState } from 'react'
import { Escape, formatCount, LinkButton } from '../../widgets/index.ts'
import { CopyButton } from '../handover/copy-button.tsx'

const folded = 600

export function CommandText(props: { title: string; text: string; lines?: boolean }) {
  const { text } = props
  const [all, setAll] = useState(false)
  const shown = all ? text : text.slice(0, folded)
  return (
    <div className="command">
      <div className="command-head">
        {props.title}
        <span className="grow" />
        <CopyButton text={text} label={`Copy: ${props.title}`}>
          Copy
        </CopyButton>
      </div>
      <pre>
        <Escape text={shown} lines={props.lines ?? false} />
      </pre>
      {text.length > folded ? (
        <LinkButton onPress={() => setAll(!all)}>
          {all ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </LinkButton>
      ) : null}
    </div>
  )
}

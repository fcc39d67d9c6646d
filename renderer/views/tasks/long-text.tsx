/** A value in a cell: its first part, and the whole on a press. */
import { useState } from 'react'
import { Escape, formatCount, LinkButton } from '../../widgets/index.ts'

const folded = 240

export function LongText(props: { text: string; code?: boolean }) {
  const [all, setAll] = useState(false)
  const { text } = props
  return (
    <>
      <Escape text={all ? text : text.slice(0, folded)} code={props.code ?? false} />
      {text.length > folded ? (
        <>
          {all ? ' ' : '… '}
          <LinkButton onPress={() => setAll(!all)}>
            {all ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
          </LinkButton>
        </>
      ) : null}
    </>
  )
}

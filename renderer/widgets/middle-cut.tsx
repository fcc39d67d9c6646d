/** A path cut in the middle when space is short: the last segment stays. */
import { Escape } from './escape.tsx'

export function MiddleCut(props: { text: string; code?: boolean }) {
  const cut = Math.max(props.text.lastIndexOf('\\'), props.text.lastIndexOf('/'))
  const [head, tail] = cut > 0 ? [props.text.slice(0, cut), props.text.slice(cut)] : ['', props.text]
  return (
    <span className={props.code ? 'middle-cut mono' : 'middle-cut'} title={props.text.slice(0, 2000)}>
      <span>
        <Escape text={head} />
      </span>
      <span>
        <Escape text={tail} />
      </span>
    </span>
  )
}

import { useEffect, useState } from 'react'
import { Button } from '../../widgets/index.ts'
import { copyText } from '../record/clipboard.ts'

/** Copies its text and says that it did. */
export function CopyButton(props: { text: string; children: string; label?: string; primary?: boolean }) {
  const [done, setDone] = useState<boolean>()
  useEffect(() => {
    if (done === undefined) return
    const wait = setTimeout(() => setDone(undefined), 2000)
    return () => clearTimeout(wait)
  }, [done])
  return (
    <>
      <Button
        small={!props.primary}
        kind={props.primary ? 'primary' : 'plain'}
        icon={done ? 'check' : 'copy'}
        {...(props.label ? { label: props.label } : {})}
        onPress={() => void copyText(props.text).then(setDone)}
      >
        {props.children}
      </Button>
      <span className="unseen" role="status">
        {done === undefined ? '' : done ? 'Copied' : 'Nothing copied: the clipboard is not available here.'}
      </span>
    </>
  )
}

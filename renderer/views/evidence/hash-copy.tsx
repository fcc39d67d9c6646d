import { useEffect, useState } from 'react'
import { Icon, shortHash } from '../../widgets/index.ts'
import { copyText } from '../record/clipboard.ts'

/** A hash as 12 + 4 digits; pressing it copies all of them. */
export function HashCopy(props: { hash: string }) {
  const [copied, setCopied] = useState<boolean>()
  useEffect(() => {
    if (copied === undefined) return
    const wait = setTimeout(() => setCopied(undefined), 2000)
    return () => clearTimeout(wait)
  }, [copied])
  return (
    <button
      type="button"
      className="hash-copy"
      title={`${props.hash}\nPress to copy`}
      aria-label={`Copy SHA-256 ${shortHash(props.hash)}`}
      onClick={() => void copyText(props.hash).then(setCopied)}
    >
      <span className="mono">{shortHash(props.hash)}</span>
      {copied === undefined ? (
        <Icon name="copy" small />
      ) : (
        <span role="status" className="small">
          {copied ? 'copied' : 'no clipboard'}
        </span>
      )}
    </button>
  )
}

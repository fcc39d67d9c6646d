import { useState } from 'react'
import type { SealResult } from '../../../src/contract/shapes.ts'
import { useWindow } from '../../shell/window-state.tsx'
import { Absent, Escape, formatBytes, formatStamp, MiddleCut, plural } from '../../widgets/index.ts'
import { CopyButton } from './copy-button.tsx'
import { VerdictBlock } from './verdict-block.tsx'
import { allowedSignersLine, identityOf, linuxSteps, windowsSteps } from './verify-commands.ts'

const phrase = (hash: string) => (hash.slice(0, 16).match(/.{1,4}/g) ?? []).join(' ')

/** What was sealed: the file, what to write into the ticket, and how the receiver verifies it. */
export function SealedBundle(props: { result: SealResult; at: string | undefined }) {
  const { result } = props
  const { engine } = useWindow()
  const [system, setSystem] = useState<'linux' | 'windows'>('linux')
  const identity = identityOf(engine.operator)
  const facts = {
    path: result.path,
    zipSha256: result.zipSha256,
    publicKey: result.signer?.publicKey,
    identity,
  }
  const steps = system === 'linux' ? linuxSteps(facts) : windowsSteps(facts)
  return (
    <section className="sealed" aria-labelledby="sealed-title">
      <h2 className="block-title" id="sealed-title">
        Sealed{' '}
        <span className="hint">
          {props.at ? `${formatStamp(props.at, 0)} UTC` : ''} by <Escape text={engine.operator} />
        </span>
      </h2>
      <VerdictBlock
        verdict={result.verdict}
        {...(result.verdict === 'VALID-SIGNED'
          ? { says: 'Every file is as it was sealed, and the signature of your key holds.' }
          : {})}
      >
        {plural(result.files, 'file')}, {formatBytes(result.bytes)}, read back and checked after writing.
      </VerdictBlock>
      <dl className="pairs sealed-facts">
        <dt>Bundle</dt>
        <dd>
          <MiddleCut text={result.path} code />
        </dd>
        <dt>SHA-256</dt>
        <dd className="mono sealed-hash">{result.zipSha256}</dd>
        <dt>Bag digest</dt>
        <dd className="mono sealed-hash">{result.bagDigest}</dd>
        <dt>Signature</dt>
        <dd>
          {result.signer ? (
            <>
              Ed25519, <span className="mono">{result.signer.fingerprint}</span>
            </>
          ) : (
            <Absent why="not signed" />
          )}
        </dd>
        {result.encrypted ? (
          <>
            <dt>Encrypted</dt>
            <dd>
              <MiddleCut text={result.encrypted.path} code />
            </dd>
          </>
        ) : null}
        {result.timeStamp ? (
          <>
            <dt>Time stamp</dt>
            <dd>
              {result.timeStamp.time === null ? (
                <Absent why={`none: ${result.timeStamp.why ?? 'no answer'}`} />
              ) : (
                `${formatStamp(result.timeStamp.time, 0)} UTC`
              )}
            </dd>
          </>
        ) : null}
        <dt>By phone</dt>
        <dd className="phrase">{phrase(result.zipSha256)}</dd>
      </dl>
      <div className="row sealed-acts">
        <CopyButton text={result.zipSha256} primary>
          Copy hash for ticket
        </CopyButton>
        <CopyButton text={result.path}>Copy path</CopyButton>
        {result.signer ? (
          <CopyButton text={allowedSignersLine(identity, result.signer.publicKey)}>
            Copy allowed signers line
          </CopyButton>
        ) : null}
      </div>
      <div className="verify-how">
        <div className="row">
          <h3 className="block-title">What the receiver types</h3>
          <span className="grow" />
          <fieldset className="segmented" aria-label="System of the receiver">
            {(['linux', 'windows'] as const).map((each) => (
              <button key={each} type="button" aria-pressed={system === each} onClick={() => setSystem(each)}>
                {each === 'linux' ? 'Linux, macOS' : 'Windows'}
              </button>
            ))}
          </fieldset>
        </div>
        <ol className="verify-steps">
          {steps.map((step) => (
            <li key={step.what}>
              <div className="verify-step-head">
                <span>{step.what}</span>
                <CopyButton text={step.command} label={`Copy command: ${step.what}`}>
                  Copy
                </CopyButton>
              </div>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
              <pre tabIndex={0}>{step.command}</pre>
            </li>
          ))}
        </ol>
        <p className="small mid">
          All steps are needed: each tool misses what another sees. Or verify it here, or with{' '}
          <code>tasktrail verify</code>.
        </p>
      </div>
    </section>
  )
}

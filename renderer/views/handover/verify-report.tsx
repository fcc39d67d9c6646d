import type { VerifyResult } from '../../../src/contract/shapes.ts'
import {
  Absent,
  Escape,
  formatBytes,
  Icon,
  MiddleCut,
  plural,
  Severity,
  shortHash,
} from '../../widgets/index.ts'
import { VerdictBlock } from './verdict-block.tsx'

type Finding = VerifyResult['findings'][number]

const looks: Readonly<
  Record<Finding['severity'], readonly ['harm' | 'judge' | 'note', 'fail' | 'warn' | 'note']>
> = {
  unreadable: ['harm', 'fail'],
  unsafe: ['harm', 'fail'],
  bad: ['harm', 'fail'],
  warning: ['judge', 'warn'],
  note: ['note', 'note'],
}
/** Findings listed; a bundle made to flood the window names more. */
const shownAtMost = 200

/** The verdict of one verification, what it rests on, and every finding with its hint. */
export function VerifyReport(props: { path: string; ticket: string; result: VerifyResult }) {
  const { result, ticket } = props
  return (
    <section className="stack-tight" aria-label="Result of the verification">
      <VerdictBlock verdict={result.verdict}>
        {plural(result.checked.files, 'file')}, {formatBytes(result.checked.bytes)} checked.
      </VerdictBlock>
      <dl className="pairs">
        <dt>Bundle</dt>
        <dd>
          <MiddleCut text={props.path} code />
        </dd>
        <dt>SHA-256</dt>
        <dd className="mono" title={result.zipSha256 ?? undefined}>
          {result.zipSha256 === null ? <Absent why="not computed" /> : shortHash(result.zipSha256)}
        </dd>
        <dt>Ticket</dt>
        <dd>
          {ticket === '' ? (
            <Severity kind="judge">not compared: no hash given</Severity>
          ) : result.zipSha256 === ticket ? (
            <Severity kind="good">hash matches the ticket</Severity>
          ) : (
            <Severity kind="harm">hash is not the one in the ticket</Severity>
          )}
        </dd>
        <dt>Bag digest</dt>
        <dd className="mono" title={result.bagDigest ?? undefined}>
          {result.bagDigest === null ? <Absent why="not computed" /> : shortHash(result.bagDigest)}
        </dd>
        <dt>Signer</dt>
        <dd>
          {result.signer === null ? (
            <Absent why="not signed, or not told" />
          ) : (
            <>
              {result.signer.identity === null ? (
                <Severity kind="judge">not on your list</Severity>
              ) : (
                <b>
                  <Escape text={result.signer.identity} />
                </b>
              )}{' '}
              <span className="mono item-hash">
                <Escape text={result.signer.fingerprint} />
              </span>
            </>
          )}
        </dd>
      </dl>
      <h3 className="block-title">
        Findings{' '}
        <span className="hint">{result.findings.length === 0 ? 'none' : result.findings.length}</span>
      </h3>
      <ul className="problems findings">
        {result.findings.slice(0, shownAtMost).map((finding, place) => {
          const [look, icon] = looks[finding.severity]
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: findings have no identity but their order
            <li key={place} className={`is-${look}`}>
              <Icon name={icon} />
              <div>
                <p className="what">
                  <Escape text={finding.what} />
                </p>
                {finding.path === null ? null : (
                  <p className="where mono">
                    <Escape text={finding.path} />
                  </p>
                )}
                {finding.hint === null ? null : (
                  <p className="then">
                    <Escape text={finding.hint} />
                  </p>
                )}
                <code className="low">{finding.code}</code>
              </div>
            </li>
          )
        })}
      </ul>
      {result.findings.length > shownAtMost ? (
        <p className="small mid">
          The first {shownAtMost} of {plural(result.findings.length, 'finding')} are listed.
        </p>
      ) : null}
    </section>
  )
}

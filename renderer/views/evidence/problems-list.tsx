import { useMemo, useState } from 'react'
import type { EvidenceRow, ProblemShape } from '../../../src/contract/shapes.ts'
import { Escape, formatCount, Icon, LinkButton, severityOfProblem } from '../../widgets/index.ts'
import { groupProblems, type ProblemGroup } from './problem-groups.ts'

const shownFirst = 3
const icons = { harm: 'fail', judge: 'warn', good: 'check', note: 'note' } as const
const severityWords = { error: 'Failed', warning: 'Limits the answers', info: 'To know' } as const

export function ProblemsList(props: { problems: readonly ProblemShape[]; evidence: readonly EvidenceRow[] }) {
  const groups = useMemo(() => groupProblems(props.problems), [props.problems])
  const names = useMemo(() => new Map(props.evidence.map((row) => [row.id, row.name])), [props.evidence])
  if (groups.length === 0)
    return <p className="small mid">Every file was read whole. No problem limits the answers.</p>
  return (
    <ul className="problems">
      {groups.map((group) => (
        <Group key={group.code} group={group} names={names} />
      ))}
    </ul>
  )
}

function Group(props: { group: ProblemGroup; names: ReadonlyMap<string, string> }) {
  const { group, names } = props
  const [all, setAll] = useState(false)
  const look = severityOfProblem(group.severity)
  const shown = all ? group.problems.slice(0, 500) : group.problems.slice(0, shownFirst)
  const rest = group.problems.length - shownFirst
  return (
    <li className={`is-${look}`}>
      <Icon name={icons[look]} />
      <div>
        <h3 className="problem-head">
          <span className={look === 'note' ? 'mid' : `severity-${look}`}>
            {severityWords[group.severity]}
          </span>
          <code className="low">{group.code}</code>
          {group.problems.length > 1 ? (
            <span className="low">{formatCount(group.problems.length)} times</span>
          ) : null}
        </h3>
        <ul>
          {shown.map((problem, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity but their order
            <li key={place}>
              <p className="what">
                <Escape text={problem.what} />
              </p>
              <p className="where">
                <Escape
                  text={[problem.evidenceId ? names.get(problem.evidenceId) : undefined, problem.where]
                    .filter((part, at, parts) => part && parts.indexOf(part) === at)
                    .join(', ')}
                />
              </p>
            </li>
          ))}
        </ul>
        {rest > 0 ? (
          <LinkButton
            onPress={() => setAll(!all)}
            label={`${all ? 'Show fewer' : `${formatCount(rest)} more of this kind`}: ${group.code}`}
          >
            {all ? 'Show fewer' : `${formatCount(rest)} more of this kind`}
          </LinkButton>
        ) : null}
        {all && group.problems.length > 500 ? (
          <p className="low">The first 500 of {formatCount(group.problems.length)} are listed here.</p>
        ) : null}
        <p className="then">{group.limits}</p>
      </div>
    </li>
  )
}

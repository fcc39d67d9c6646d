/** Overview: the answer first, then facts with citations, then the drawing, then what cannot be told. */
import { useState } from 'react'
import type { ChainShape, Density, Facet } from '../../../src/contract/shapes.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useChains } from '../../shell/chains-state.tsx'
import { useImport } from '../../shell/import-state.tsx'
import { useApi, useCase, useWindow } from '../../shell/window-state.tsx'
import { Button, Empty, Escape, formatCount, Notice, Skeleton, TroubleNotice } from '../../widgets/index.ts'
import { AnswerLead } from './answer-lead.tsx'
import { ChainDrawing } from './chain-drawing/chain-drawing.tsx'
import { chainAsText } from './chain-drawing/chain-rows.ts'
import { ChainList } from './chain-list.tsx'
import { Coverage } from './coverage.tsx'
import { Facts } from './facts.tsx'
import { Known } from './known.tsx'
import { NextSteps } from './next-steps-list.tsx'
import { noChainOf } from './no-chain.ts'
import { RulePart } from './rule-part.tsx'
import './overview.css'
import { answerOf } from './sentence.ts'
import { Unknowns } from './unknowns.tsx'
import { mechanismWord } from './words.ts'

const everything = { terms: [] }

export function OverviewView() {
  const api = useApi()
  const { caseId, counts } = useCase()
  const version = `${caseId} ${counts.evidence} ${counts.records}`
  const { chooseChain: choose } = useWindow()
  const chains = useChains()
  const density = useAnswer(`coverage ${version}`, (signal) =>
    api.timeline.density({ caseId, filter: everything, buckets: 1 }, { signal }),
  )
  const noChains = chains.chains?.length === 0
  const facets = useAnswer(noChains ? `facets ${version}` : null, (signal) =>
    api.timeline.facets({ caseId, filter: everything }, { signal }),
  )
  const problems = useAnswer(noChains ? `problems ${version}` : null, (signal) =>
    api.evidence.problems({ caseId }, { signal }),
  )

  if (chains.trouble && !chains.chains)
    return (
      <div className="overview-wait">
        <TroubleNotice trouble={chains.trouble} again={chains.again} />
      </div>
    )
  if (!chains.chains)
    return (
      <div className="overview-wait">{chains.slow ? <Skeleton rows={9} label="Reading chains" /> : null}</div>
    )
  const coverage = density.value?.coverage
  if (noChains)
    return (
      <NoChains
        coverage={coverage}
        trouble={density.trouble}
        again={density.again}
        facets={facets.value}
        unread={problems.value?.filter((problem) => problem.severity === 'error').length}
      />
    )
  const { chain } = chains
  if (!chain) return null
  return (
    <ChainOverview
      key={chain.id}
      chain={chain}
      all={chains.chains}
      coverage={coverage}
      coverageTrouble={<TroubleNotice trouble={density.trouble} again={density.again} />}
      onChoose={choose}
    />
  )
}

function ChainOverview(props: {
  chain: ChainShape
  all: readonly ChainShape[]
  coverage: Density['coverage'] | undefined
  coverageTrouble: React.ReactNode
  onChoose: (id: string) => void
}) {
  const { chain, all } = props
  const { hosts, dir } = useCase()
  const { go } = useWindow()
  const { statement, doubts } = answerOf(chain)
  const place = all.indexOf(chain)
  const [copied, setCopied] = useState<'yes' | 'no'>()
  const copy = () => {
    const text = [
      statement,
      ...doubts,
      '',
      `Mechanism: ${mechanismWord(chain.mechanism)}. ${chain.mechanismWhy}`,
      '',
      chainAsText(chain),
    ]
    navigator.clipboard.writeText(text.join('\n')).then(
      () => setCopied('yes'),
      () => setCopied('no'),
    )
  }
  return (
    <>
      <Partial />
      <div className="overview">
        <AnswerLead
          chain={chain}
          className="lead"
          axis={
            all.length > 1 ? (
              <div className="axis-chain">
                <dt>Chain</dt>
                <dd>
                  {formatCount(place + 1)} of {formatCount(all.length)}
                  <Button
                    small
                    kind="quiet"
                    icon="left"
                    label="Previous chain"
                    off={place === 0 && 'This is the most serious chain'}
                    onPress={() => props.onChoose(all[place - 1]?.id ?? chain.id)}
                  />
                  <Button
                    small
                    kind="quiet"
                    icon="right"
                    label="Next chain"
                    off={place === all.length - 1 && 'This is the last chain'}
                    onPress={() => props.onChoose(all[place + 1]?.id ?? chain.id)}
                  />
                </dd>
              </div>
            ) : null
          }
          acts={
            <>
              <Button
                icon={copied === 'yes' ? 'check' : copied === 'no' ? 'fail' : 'copy'}
                label={
                  copied === 'yes' ? 'Summary copied' : copied === 'no' ? 'Could not copy' : 'Copy summary'
                }
                onPress={copy}
              />
              <Button kind="primary" onPress={() => go('playbook', 'disposition')}>
                Set disposition
              </Button>
            </>
          }
        />
        <Facts chain={chain} hosts={hosts} />
        <RulePart />
        <NextSteps chain={chain} hosts={hosts.map((host) => host.name)} />
        <ChainDrawing chain={chain} hosts={hosts.map((host) => host.name)} key={dir} />
        <div className="below">
          <Unknowns chain={chain} />
          {props.coverage ? (
            <Coverage
              coverage={props.coverage}
              anchor={chain.time}
              host={chain.host}
              onAll={() => go('evidence', 'items')}
            />
          ) : (
            <section className="cover">{props.coverageTrouble}</section>
          )}
        </div>
        <Known chain={chain} />
        {all.length > 1 ? <ChainList chains={all} chosen={chain.id} onChoose={props.onChoose} /> : null}
      </div>
    </>
  )
}

function NoChains(props: {
  coverage: Density['coverage'] | undefined
  trouble: Parameters<typeof TroubleNotice>[0]['trouble']
  again: () => void
  facets: readonly Facet[] | undefined
  /** problems that kept evidence from being read */
  unread: number | undefined
}) {
  const { hosts, counts } = useCase()
  const { go } = useWindow()
  if (!props.coverage || !props.facets || props.unread === undefined)
    return (
      <div className="overview-wait">
        <TroubleNotice trouble={props.trouble} again={props.again} />
      </div>
    )
  const eventIds = props.facets
    .filter((facet) => facet.key === 'event')
    .flatMap((facet) => facet.values.map((value) => Number(value.value)))
  const says = noChainOf(
    props.coverage,
    hosts.map((host) => host.name),
    eventIds,
    props.unread,
  )
  return (
    <div className="overview overview-none">
      <Partial />
      <Empty
        kind={says.kind}
        title={says.title}
        acts={
          <>
            <Button small onPress={() => go('home')}>
              Import more evidence
            </Button>
            {counts.problems > 0 ? (
              <Button small kind="quiet" onPress={() => go('evidence', 'problems')}>
                See the problems
              </Button>
            ) : null}
          </>
        }
      >
        <ul className="reasons">
          {says.why.map((why) => (
            <li key={why}>{why}</li>
          ))}
        </ul>
      </Empty>
      {props.coverage.length > 0 ? (
        <Coverage coverage={props.coverage} anchor={null} host={null} onAll={() => go('evidence', 'items')} />
      ) : null}
    </div>
  )
}

/** A case that holds less than it was given says so before any answer. */
function Partial() {
  const { caseId, incomplete } = useCase()
  const { job, target } = useImport()
  const stopped = job.state === 'stopped' && target?.caseId === caseId
  if (incomplete.length === 0 && !stopped) return null
  return (
    <div className="overview-partial">
      <Notice kind="judge" title="This case is not whole: an import was stopped" live={false}>
        <Escape
          text={incomplete.slice(0, 3).join(' ') || 'Files it had not reached yet are not in the case.'}
        />
        {incomplete.length > 3 ? ` And ${incomplete.length - 3} more.` : null} What is missing counts against
        every no.
      </Notice>
    </div>
  )
}

/** Links to chains and records of other hosts, with the error of their clocks. */
import type { ChainShape } from '../../../src/contract/shapes.ts'
import { useCase, useWindow } from '../../shell/window-state.tsx'
import {
  Absent,
  Citations,
  Escape,
  formatLength,
  HostDot,
  LinkButton,
  Strength,
} from '../../widgets/index.ts'
import { shortHost } from '../overview/sentence.ts'
import { asSentence } from '../overview/words.ts'

type CrossHost = ChainShape['cameFrom'][number]

/** `1.16 s, clocks differ by −63 ms ± 68 ms` */
function apart(link: CrossHost): string {
  const clocks =
    link.skewMs === null
      ? 'clocks not compared'
      : `clocks differ by ${link.skewMs < 0 ? '−' : ''}${formatLength(link.skewMs)}${link.uncertaintyMs === null ? '' : ` ± ${formatLength(link.uncertaintyMs)}`}`
  return `${link.deltaMs < 0 ? '−' : '+'}${formatLength(link.deltaMs)}, ${clocks}`
}

export function HostsPart(props: { chain: ChainShape; all: readonly ChainShape[] }) {
  const { cameFrom, wentTo } = props.chain
  if (cameFrom.length + wentTo.length === 0) return null
  const rows = [
    ...cameFrom.map((link) => ({ link, way: 'Came from', host: link.fromHost, chain: link.fromChain })),
    ...wentTo.map((link) => ({ link, way: 'Went to', host: link.toHost, chain: link.toChain })),
  ]
  return (
    <section className="chain-part" aria-labelledby="h-hosts">
      <h2 className="block-title" id="h-hosts">
        Other hosts{' '}
        <span className="hint">
          {cameFrom.length} in, {wentTo.length} out
        </span>
      </h2>
      <div className="table-scroll">
        <table className="table hosts-table">
          <caption className="unseen">Links to other hosts</caption>
          <thead>
            <tr>
              <th className="x-way">Way</th>
              <th className="x-host">Host</th>
              <th className="x-rule">Rule</th>
              <th className="x-strength">Strength</th>
              <th>Why</th>
              <th className="x-delta">Apart</th>
              <th className="x-chain">Chain</th>
              <th className="x-rec">Records</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ link, way, host, chain }) => (
              <tr key={`${way} ${link.rule} ${link.from.offset} ${link.to.offset} ${link.from.evidenceId}`}>
                <td>{way}</td>
                <td title={host}>
                  <HostName name={host} />
                </td>
                <td className="mono">{link.rule}</td>
                <td>
                  <Strength strength={link.strength} />
                </td>
                <td className="wrap mid">
                  <Escape text={asSentence(link.why)} />{' '}
                  <span className="low">
                    <Escape text={fieldsOf(link.fields)} />
                  </span>
                </td>
                <td className="wrap">{apart(link)}</td>
                <td>
                  <ToChain id={chain} all={props.all} />
                </td>
                <td className="wrap">
                  <Citations at={[link.from, link.to, ...link.others]} most={3} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

export const fieldsOf = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')

function HostName(props: { name: string }) {
  const { hosts } = useCase()
  return (
    <span className="row host-name">
      <HostDot place={hosts.findIndex((host) => host.name === props.name)} />
      <span className="mono cut">
        <Escape text={shortHost(props.name)} />
      </span>
    </span>
  )
}

function ToChain(props: { id: string | null; all: readonly ChainShape[] }) {
  const { chooseChain } = useWindow()
  const chain = props.all.find((each) => each.id === props.id)
  if (!chain) return <Absent why="none found" />
  return (
    <LinkButton onPress={() => chooseChain(chain.id)} label={`Show the chain of ${chain.task.path}`}>
      <span className="cut">
        <Escape text={chain.task.path.slice(chain.task.path.lastIndexOf('\\'))} />
      </span>
    </LinkButton>
  )
}

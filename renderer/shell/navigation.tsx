import { Escape } from '../widgets/escape.tsx'
import { formatCount, formatOffset } from '../widgets/format.ts'
import { Icon, type IconName } from '../widgets/icon.tsx'
import { HostDot } from '../widgets/meaning.tsx'
import { useCase, useWindow, type View } from './window-state.tsx'

const groups: readonly {
  readonly title: string
  readonly places: readonly { readonly view: View; readonly name: string; readonly icon: IconName }[]
}[] = [
  {
    title: 'Findings',
    places: [
      { view: 'overview', name: 'Overview', icon: 'overview' },
      { view: 'timeline', name: 'Timeline', icon: 'timeline' },
      { view: 'chains', name: 'Chains', icon: 'chain' },
      { view: 'tasks', name: 'Tasks', icon: 'task' },
      { view: 'processes', name: 'Processes', icon: 'process' },
    ],
  },
  { title: 'Work', places: [{ view: 'playbook', name: 'Playbook', icon: 'playbook' }] },
  {
    title: 'Evidence',
    places: [
      { view: 'acquire', name: 'Acquire', icon: 'acquire' },
      { view: 'evidence', name: 'Evidence', icon: 'evidence' },
      { view: 'handover', name: 'Handover', icon: 'handover' },
    ],
  },
]

export function Navigation() {
  const { view, go } = useWindow()
  const { counts, hosts } = useCase()
  // two hosts with one first name keep their whole names
  const firsts = hosts.map((host) => host.name.split('.')[0])
  const wholeNames = new Set(
    hosts
      .filter(
        (_, place) =>
          firsts.indexOf(firsts[place]) !== firsts.lastIndexOf(firsts[place]) ||
          /^[\d.:]+$/.test(hosts[place]?.name ?? ''),
      )
      .map((host) => host.name),
  )
  const count: Partial<Record<View, number>> = {
    timeline: counts.records,
    chains: counts.chains,
    tasks: counts.tasks,
    evidence: counts.evidence,
  }
  return (
    <nav className="nav" aria-label="Case">
      {groups.map((group) => (
        <div className="nav-group" key={group.title}>
          <h2 className="nav-title">{group.title}</h2>
          <ul>
            {group.places.map((place) => (
              <li key={place.view}>
                <button
                  className="nav-item"
                  type="button"
                  aria-current={view === place.view ? 'page' : undefined}
                  title={place.name}
                  onClick={() => go(place.view)}
                >
                  <Icon name={place.icon} />
                  <span className="nav-label">{place.name}</span>
                  {count[place.view] === undefined ? null : (
                    <span className="nav-count">{formatCount(count[place.view] ?? 0)}</span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      {hosts.length > 0 ? (
        <div className="nav-hosts">
          <h2 className="nav-title">Hosts</h2>
          <ul>
            {hosts.slice(0, 8).map((host, place) => (
              <li
                className="nav-host"
                key={host.name}
                title={host.timeZone ? `${host.name}, ${host.timeZone}` : host.name}
              >
                <HostDot place={place} />
                <span className="mono cut">
                  <Escape
                    text={wholeNames.has(host.name) ? host.name : (host.name.split('.')[0] ?? host.name)}
                  />
                </span>
                <span className="nav-count">
                  {host.utcOffsetMinutes === null ? null : formatOffset(host.utcOffsetMinutes)}
                </span>
              </li>
            ))}
            {hosts.length > 8 ? (
              <li className="nav-host low">and {formatCount(hosts.length - 8)} more</li>
            ) : null}
          </ul>
        </div>
      ) : null}
    </nav>
  )
}

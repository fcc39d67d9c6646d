/** Widgets for every view: `import { Button, Citation } from '../../widgets/index.ts'`. */
export { Button, type ButtonProps, LinkButton } from './button.tsx'
export { Citation, Citations } from './citation.tsx'
export { Dialog } from './dialog.tsx'
export { Escape } from './escape.tsx'
export { textParts } from './escape-parts.ts'
export * from './format.ts'
export { Icon, type IconName } from './icon.tsx'
export { Keys } from './keys.tsx'
export {
  Absent,
  Answer,
  Chip,
  HostDot,
  hostClass,
  Severity,
  type SeverityKind,
  Stamp,
  Strength,
  severityOfProblem,
} from './meaning.tsx'
export { MiddleCut } from './middle-cut.tsx'
export { Empty, Notice, TroubleNotice } from './notice.tsx'
export { AnyCitation, AnyCitations, PlaceCitation, RestsOn } from './place-citation.tsx'
export { ProgressBar, progressWords } from './progress-bar.tsx'
export { Skeleton } from './skeleton.tsx'
export { Splitter, useSplit } from './splitter.tsx'
export { type TabPlace, Tabs } from './tabs.tsx'
export { Tooltip } from './tooltip.tsx'

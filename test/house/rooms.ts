import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'
import { importsOf } from './syntax.ts'

/** The plan of the house: which room may open onto which, which packages live where, and what runs beneath. */
type Runtime = 'plain' | 'node' | 'electron' | 'preload' | 'window'
interface Room {
  readonly runtime: Runtime
  /** rooms it may import, besides itself */
  readonly opensOnto: readonly string[]
}
const room = (runtime: Runtime, opensOnto = ''): Room => ({
  runtime,
  opensOnto: opensOnto.split(' ').filter(Boolean),
})
const belowWorkflow =
  'base domain evtx tasks registry tables events chains playbook report exports archive evidence casefile sources bundle practice acquire kql'

export const rooms: Readonly<Record<string, Room>> = {
  'src/base': room('plain'),
  'src/domain': room('plain', 'base'),
  'src/evtx': room('plain', 'base'),
  'src/tasks': room('plain', 'base domain'),
  'src/registry': room('plain', 'base'),
  'src/tables': room('node', 'base evtx tasks'),
  'src/events': room('plain', 'base domain evtx tasks'),
  'src/chains': room('plain', 'base domain'),
  'src/playbook': room('plain', 'base domain tasks chains'),
  'src/report': room('plain', 'base domain'),
  'src/exports': room('node', 'base domain report'),
  'src/contract': room('plain', 'base domain'),
  'src/archive': room('node', 'base'),
  'src/evidence': room('node', 'base domain'),
  'src/casefile': room('node', 'base domain'),
  'src/sources': room('node', 'base domain evtx archive tables tasks'),
  'src/bundle': room('node', 'base domain archive evidence'),
  'src/acquire': room('node', 'base domain'),
  'src/practice': room('node', 'base domain evtx tasks'),
  'src/kql': room('node', 'base'),
  'src/workflow': room('node', belowWorkflow),
  'src/engine': room('node', 'base domain contract workflow'),
  'src/serve': room('node', 'base contract engine'),
  'src/standalone': room('node', 'base domain bundle'),
  'src/cli': room('node', 'base domain workflow report serve'),
  'electron/worker': room('node', 'base contract engine'),
  'electron/main': room('electron', 'base contract'),
  'electron/preload': room('preload', 'contract'),
  renderer: room('window', 'base domain contract'),
}

/** Each package has an owner; one that is in no list is not allowed anywhere. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['src/casefile'],
  archiver: ['src/archive'],
  yauzl: ['src/archive'],
  'age-encryption': ['src/archive'],
  '@noble/ciphers': ['src/archive'],
  '@sigstore/core': ['src/bundle'],
  saxes: ['src/tasks', 'src/kql'],
  '@kusto/language-service-next': ['src/kql'],
  re2js: ['src/kql'],
  // the contract's shapes; elsewhere only to check JSON that comes from outside
  zod: ['src/contract', 'src/workflow', 'src/sources', 'src/bundle', 'src/acquire'],
  '@orpc/contract': ['src/contract', 'renderer'],
  '@orpc/server': ['src/engine', 'src/serve', 'electron/worker', 'electron/main'],
  '@orpc/client': ['renderer'],
  ws: ['src/serve'],
  commander: ['src/cli'],
  'csv-stringify': ['src/report'],
  electron: ['electron/main', 'electron/preload'],
  react: ['renderer'],
  'react-dom': ['renderer'],
  '@base-ui/react': ['renderer'],
  '@tanstack/react-virtual': ['renderer'],
}

const fullName = (short: string) => (short.startsWith('electron/') ? short : `src/${short}`)

/** The room a path lies in; undefined for a file that lies in none. */
export function roomOf(path: string): string | undefined {
  return Object.keys(rooms).find((name) => path.startsWith(`${name}/`))
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function judgeImport(from: string, room: string, specifier: string): string | undefined {
  if (specifier === '?') return 'names a module by a computed text; write the path out'
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''))
    // resources and package.json are read by everyone: they import nothing
    if (target.startsWith('resources/') || target === 'package.json') return undefined
    if (target.startsWith('test/') || target.startsWith('bench/')) return `imports test code ${target}`
    const other = roomOf(target)
    if (!other) return `imports ${target}, which lies in no room`
    if (other === room || rooms[room]?.opensOnto.map(fullName).includes(other)) return undefined
    return `imports ${target}: ${room} does not open onto ${other}`
  }
  if (isBuiltin(specifier)) {
    const { runtime } = rooms[room] as Room
    if (runtime === 'node' || runtime === 'electron') return undefined
    return `imports ${specifier}: ${room} runs without Node`
  }
  if (/^(\/|[a-z]+:)/.test(specifier))
    return `imports ${specifier}: neither a file of the house nor a package`
  const owners = packages[packageOf(specifier)]
  if (!owners) return `imports ${specifier}: the package has no owner`
  if (!owners.includes(room)) return `imports ${specifier}: the package belongs to ${owners.join(', ')}`
  return undefined
}

/** Every import that does not follow the plan, as `file: what is wrong`. */
export function findBreaches(files: readonly SourceFile[]): readonly string[] {
  const found: string[] = []
  for (const file of files) {
    const room = roomOf(file.path)
    if (!room) {
      found.push(`${file.path}: lies in no room`)
      continue
    }
    for (const specifier of importsOf(file)) {
      const breach = judgeImport(file.path, room, specifier)
      if (breach) found.push(`${file.path}: ${breach}`)
    }
  }
  return found
}

/** A way that leads back to its room, as `a > b > a`; undefined when the plan has none. */
export function findCycle(plan: Readonly<Record<string, Room>> = rooms): string | undefined {
  const done = new Set<string>()
  const visit = (name: string, way: readonly string[]): string | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name].join(' > ')
    if (done.has(name)) return undefined
    for (const next of plan[name]?.opensOnto ?? []) {
      const cycle = visit(fullName(next), [...way, name])
      if (cycle) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of Object.keys(plan)) {
    const cycle = visit(name, [])
    if (cycle) return cycle
  }
  return undefined
}

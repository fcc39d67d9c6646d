/** The processes of a task's runs as a tree (E5): proven ones apart from those that are only consistent with a run. */
import { limits } from '../base/limits.ts'
import type { ProcessNode, ProcessTree } from '../domain/chain.ts'
import { accountWords } from '../domain/describe.ts'
import { baseName } from './paths.ts'
import { descendantsOf, endOf, type ProcessInstance } from './processes.ts'
import type { Scene } from './scene.ts'
import { recordedTimeOf } from './straighten.ts'
import type { TaskProcess } from './task-processes.ts'

const accountOf = ({ event, account }: ProcessInstance): string | undefined =>
  event.kind === 'sysmon-process' ? event.user : account && accountWords(account)

function rootParent({ process, proof, rule, strength }: TaskProcess): ProcessNode['parent'] {
  const { parentPid: pid, parentImage: image } = process
  if (rule === 'E2' || proof !== undefined || (rule === 'E3' && strength === 'strong'))
    return { kind: 'service', pid, image }
  return { kind: baseName(image) === 'svchost.exe' ? 'svchost' : 'outside', pid, image }
}

/**
 * `isProven`: something beyond the process itself shows that it is the task's. Breadth first below each root, to the depth and number
 * the limits allow; `cut` says that there is more.
 */
export function processTree(
  scene: Scene,
  roots: readonly TaskProcess[],
  isProven: (root: TaskProcess) => boolean,
): ProcessTree {
  const nodes: ProcessNode[] = []
  let cut = false
  const indexes = new Map<ProcessInstance, number>()
  for (const root of roots) {
    const { process } = root
    if (indexes.has(process)) continue
    if (nodes.length >= limits.treeNodes) {
      cut = true
      break
    }
    const processes = process.event.kind === 'process-started' ? scene.host.security : scene.host.sysmon
    const standing = isProven(root) ? 'proven' : 'consistent'
    const add = (
      one: ProcessInstance,
      rest: Pick<ProcessNode, 'depth' | 'parent' | 'rule' | 'strength' | 'why'>,
    ) => {
      const end = endOf(processes, one)
      indexes.set(one, nodes.length)
      nodes.push({
        locator: one.event.locator,
        pid: one.pid,
        image: one.image,
        commandLine: one.commandLine,
        account: accountOf(one),
        started: recordedTimeOf(one.event),
        ended: end && recordedTimeOf(end),
        endLocator: end?.locator,
        standing,
        ...rest,
      })
    }
    add(process, {
      depth: 0,
      parent: rootParent(root),
      rule: root.rule,
      strength: root.strength,
      why: root.why,
    })
    // what a merely similar process started is nobody's business here
    if (root.strength === 'weak') continue
    const below = descendantsOf(processes, process)
    cut ||= below.cut
    for (const { parent, child, depth } of below.found) {
      if (indexes.has(child)) continue
      if (nodes.length >= limits.treeNodes) {
        cut = true
        break
      }
      add(child, {
        depth,
        parent: { kind: 'node', index: indexes.get(parent) as number },
        rule: 'E5',
        strength: 'derived',
        why: 'the creator process id belongs to this instance: started before, not ended, id not given out again',
      })
    }
  }
  return { nodes, cut }
}

/** Why two records belong together, in the words written on the line; the rule's id stays in tooltip and text. */
import { formatDelta } from '../../../widgets/format.ts'

const reasons: Readonly<Record<string, string>> = {
  L1: 'same logon id',
  L2: 'same logon id',
  L3: 'same account',
  L4: 'names the same file',
  L5: 'caller is remote',
  L6: 'network logon',
  L7: 'same address and port',
  E1: 'same task name',
  E2: 'names the process',
  E3: 'runs the task’s command',
  E4: 'started by the task engine',
  E5: 'parent and child',
}

/** The reason of a rule; the rule itself when we do not know it. */
export function linkReason(rule: string, fromRole: string, toRole: string): string {
  if (rule === 'L4') {
    const roles = [fromRole, toRole]
    if (roles.includes('output-read')) return 'reads the file the action writes'
    if (roles.includes('output-deleted')) return 'deletes the file the action writes'
    if (roles.includes('payload-written')) return 'writes the file the action runs'
  }
  // ClientProcessId names a process of this host, or is 0 for a caller elsewhere
  if (rule === 'L5' && [fromRole, toRole].some((role) => role.endsWith('-started')))
    return 'this process asked for it'
  return reasons[rule] ?? rule
}

/** From long to short. The time is unsigned: the drawing shows which came first. */
export function linkWords(
  rule: string,
  deltaMs: number,
  fromRole: string,
  toRole: string,
): readonly string[] {
  const reason = linkReason(rule, fromRole, toRole)
  const time = formatDelta(Math.abs(deltaMs)).replace(/^[+−]/, '')
  return [`${reason}, ${time}`, reason, time]
}
